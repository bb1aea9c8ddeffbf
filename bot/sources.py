"""Where settings are read from: a folder of secret files, `FAGTRAAD_…` variables, and a `.env` file, in that order."""

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.secret_files import SecretFiles

PREFIX = "FAGTRAAD_"
ENV_FILE = ".env"


class SourcedSettings(BaseSettings):
    """What the service's settings and each chat's share. A chat's say its own `env_prefix`: FAGTRAAD_SLACK_."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", hide_input_in_errors=True, frozen=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Files come before variables: an old variable that was forgotten must not hide a new secret."""
        env_file = getattr(dotenv_settings, "env_file", None)
        folder = init_settings().get("secrets_dir", _Where(_env_file=env_file).secrets_dir)
        return init_settings, SecretFiles(settings_cls, folder), env_settings, dotenv_settings


def faults(settings: type[SourcedSettings], error: ValidationError) -> list[tuple[str, str]]:
    """(the variable, what is wrong with it) for each that is not as it should be; no variable where several are at
    odds. Shows no value."""
    prefix = settings.model_config.get("env_prefix", "")
    found = error.errors(include_input=False, include_context=False, include_url=False)
    return [(_variable(prefix, each["loc"]), each["msg"]) for each in found]


def _variable(prefix: str, where: tuple[int | str, ...]) -> str:
    return prefix + "_".join(str(part).upper() for part in where) if where else ""


class _Where(BaseSettings):
    """What must be known before the rest is read."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True)

    secrets_dir: str | None = None
