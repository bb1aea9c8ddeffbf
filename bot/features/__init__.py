"""What members use, one folder each."""

from bot.feature import Feature


def all_features() -> tuple[Feature, ...]:
    """The one line that a new feature adds. The privacy check hears a message before the others do."""
    from bot.features import actions, cases, me, networks, privacy, search, sign_in

    return (
        cases.FEATURE,
        actions.FEATURE,
        privacy.FEATURE,
        search.FEATURE,
        me.FEATURE,
        sign_in.FEATURE,
        networks.FEATURE,
    )
