"""Errors that a person can cause, told so that the person can mend them."""


class MutoscopeError(Exception):
    """Bad input: what was given (`problem`), what is allowed (`rule`), and what to do instead (`cure`)."""

    def __init__(self, problem: str, rule: str, cure: str) -> None:
        super().__init__(problem, rule, cure)
        self.problem, self.rule, self.cure = problem, rule, cure

    def __str__(self) -> str:
        return f"{self.problem} {self.rule} {self.cure}"


class NoRoomError(MutoscopeError):
    """The disk has no room for what is to be written."""
