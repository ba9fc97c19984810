"""A clip on its way: frames that are shown while later ones are still being made."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mutoscope.manifest import Manifest
from mutoscope.media.encoding import stream_mp4
from mutoscope.media.video import Video


@dataclass(frozen=True, kw_only=True, eq=False)
class Stream:
    """Chunks of frames (n, H, W, 3) uint8 RGB as they come, once; and the manifest, which knows no digest of frames to come."""

    chunks: Iterator[NDArray[np.uint8]]
    manifest: Manifest

    @classmethod
    def of(cls, video: Video) -> "Stream":
        """A video that is all there."""
        assert video.manifest is not None
        return cls(chunks=iter([video.frames]), manifest=video.manifest)

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """Frame after frame (H, W, 3)."""
        for chunk in self.chunks:
            yield from chunk

    def whole(self) -> Video:
        """The video, when all of it is there."""
        return Video(np.stack(list(self)), self.manifest.fps, manifest=self.manifest)

    def write(self, file: BinaryIO) -> None:
        """A fragmented MP4 into an open file or pipe, each frame as soon as it is there."""
        manifest = self.manifest
        stream_mp4(file, self, (manifest.height, manifest.width), manifest.fps, manifest.metadata())
