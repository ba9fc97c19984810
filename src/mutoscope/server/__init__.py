"""The same work over HTTP: video jobs in the shape that OpenAI's Videos API gave them, kept on disk, made by workers."""
