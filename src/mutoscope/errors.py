"""Errors that a person can cause, told so that the person can mend them."""


class MutoscopeError(Exception):
    """Bad input: what was given (`problem`), what is allowed (`rule`), and what to do instead (`cure`).

    `code` says of which kind it is, for programs: the page tells the common kinds in other languages.
    """

    code = "invalid_request"

    def __init__(self, problem: str, rule: str, cure: str, code: str | None = None) -> None:
        super().__init__(problem, rule, cure)
        self.problem, self.rule, self.cure = problem, rule, cure
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.problem} {self.rule} {self.cure}"


class NoRoomError(MutoscopeError):
    """The disk has no room for what is to be written."""

    code = "disk_full"
