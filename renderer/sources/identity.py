"""What signing in told of the person: nothing is asked anew."""

from renderer.sources.base import Inquiry, PrefillSource, Told


class Identity(PrefillSource):
    """The claims of whoever is signed in."""

    def ask(self, inquiry: Inquiry, *, deadline: float) -> Told:  # noqa: ARG002
        """Return the claims."""
        return Told(values={"person": dict(inquiry.claims)}, at=inquiry.now)
