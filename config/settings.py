"""The settings: one frozen object, read from the environment and ``.env`` by ``bot/__main__.py`` alone."""

from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, AnyWebsocketUrl, BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError, from_json
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ByteCount = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]
Port = Annotated[int, Field(ge=0, le=65535)]
SHORTEST_KEY = 16
"""Characters of a passphrase."""
Days = Annotated[float, Field(gt=0)]
Price = Annotated[Decimal, Field(ge=0)]


def _decoded(text: object) -> object:
    try:
        return from_json(text) if isinstance(text, str) else text
    except ValueError as error:
        raise PydanticCustomError("json", "Input should be JSON, as config/.env.example shows it") from error


def _networks(text: object) -> object:
    try:
        return tuple(ip_network(each.strip()) for each in text.split(",")) if isinstance(text, str) else text
    except ValueError as error:
        rule = "Input should be networks with commas between, such as 10.20.0.0/16"
        raise PydanticCustomError("networks", rule) from error


def _bare(url: AnyHttpUrl) -> AnyHttpUrl:
    if url.path not in (None, "/") or url.query or url.fragment or url.username or url.password:
        raise PydanticCustomError("bare", "URL should have no path, query or user, such as https://bot.example.org")
    return url


def _strong(keys: SecretStr) -> SecretStr:
    if any(len(key.strip()) < SHORTEST_KEY for key in keys.get_secret_value().split(",")):
        raise PydanticCustomError("key", f"Each key should have {SHORTEST_KEY} characters or more")
    return keys


def _long(token: SecretStr) -> SecretStr:
    if len(token.get_secret_value().strip()) < SHORTEST_KEY:
        raise PydanticCustomError("token", f"Token should have {SHORTEST_KEY} characters or more")
    return SecretStr(token.get_secret_value().strip())


Token = Annotated[SecretStr, AfterValidator(_long)]
Keys = Annotated[SecretStr, AfterValidator(_strong)]
Origin = Annotated[AnyHttpUrl, AfterValidator(_bare)]
# NoDecode: text that is not JSON is then told like any other value that is wrong, by the setting's name.
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]
Prices = Annotated[dict[str, Price], NoDecode, BeforeValidator(_decoded)]


class Settings(BaseSettings):
    """Every setting, under the name it has in the environment. ``config/.env.example`` explains each to its reader."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    fal_key: SecretStr | None = None
    fal_key_id: SecretStr | None = None
    fal_key_secret: SecretStr | None = None
    discord_token: SecretStr | None = None
    discord_api_url: AnyHttpUrl | None = Field(default=None, validation_alias="TWEENBOT_DISCORD_API_URL")
    discord_gateway_url: AnyWebsocketUrl | None = Field(default=None, validation_alias="TWEENBOT_DISCORD_GATEWAY_URL")
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: AnyHttpUrl | None = Field(default=None, validation_alias="TWEENBOT_SLACK_API_URL")
    fal_url: AnyHttpUrl | None = Field(default=None, validation_alias="TWEENBOT_FAL_URL")
    data_dir: Path = Field(default=Path(".tweenbot"), validation_alias="TWEENBOT_DATA_DIR")
    database_url: SecretStr | None = Field(default=None, validation_alias="TWEENBOT_DATABASE_URL")
    http_host: str = Field(default="127.0.0.1", validation_alias="TWEENBOT_HTTP_HOST")
    http_port: Port = Field(default=8080, validation_alias="TWEENBOT_HTTP_PORT")
    public_url: Origin | None = Field(default=None, validation_alias="TWEENBOT_PUBLIC_URL")
    local: bool = Field(default=True, validation_alias="TWEENBOT_LOCAL")
    local_token: Token | None = Field(default=None, validation_alias="TWEENBOT_LOCAL_TOKEN")
    secret_key: Keys | None = Field(default=None, validation_alias="TWEENBOT_SECRET_KEY")
    max_image_bytes: ByteCount = Field(default=25 * 1024 * 1024, validation_alias="TWEENBOT_MAX_IMAGE_BYTES")
    job_deadline_s: Seconds = Field(default=3600, validation_alias="TWEENBOT_JOB_DEADLINE_S")
    max_running: Count = Field(default=100, validation_alias="TWEENBOT_MAX_RUNNING")
    max_running_per_server: Count = Field(default=20, validation_alias="TWEENBOT_MAX_RUNNING_PER_SERVER")
    max_running_per_user: Count = Field(default=3, validation_alias="TWEENBOT_MAX_RUNNING_PER_USER")
    max_waiting: Count = Field(default=1000, validation_alias="TWEENBOT_MAX_WAITING")
    max_waiting_per_user: Count = Field(default=20, validation_alias="TWEENBOT_MAX_WAITING_PER_USER")
    budget_per_user: Price | None = Field(default=None, validation_alias="TWEENBOT_BUDGET_PER_USER")
    budget_per_server: Price | None = Field(default=None, validation_alias="TWEENBOT_BUDGET_PER_SERVER")
    ask_over: Price | None = Field(default=None, validation_alias="TWEENBOT_ASK_OVER")
    links_allow: Networks = Field(default=(), validation_alias="TWEENBOT_LINKS_ALLOW")
    moderation_url: AnyHttpUrl | None = Field(default=None, validation_alias="TWEENBOT_MODERATION_URL")
    moderation_secret: Token | None = Field(default=None, validation_alias="TWEENBOT_MODERATION_SECRET")
    retention_days: Days = Field(default=90, validation_alias="TWEENBOT_RETENTION_DAYS")
    audit_days: Days = Field(default=365, validation_alias="TWEENBOT_AUDIT_DAYS")
    media_days: Days = Field(default=30, validation_alias="TWEENBOT_MEDIA_DAYS")
    media_max_bytes: ByteCount = Field(default=20 * 1024**3, validation_alias="TWEENBOT_MEDIA_MAX_BYTES")
    s3_bucket: str | None = Field(default=None, validation_alias="TWEENBOT_S3_BUCKET")
    s3_endpoint: AnyHttpUrl | None = Field(default=None, validation_alias="TWEENBOT_S3_ENDPOINT")
    aws_access_key_id: str | None = None
    aws_secret_access_key: SecretStr | None = None
    aws_region: str | None = None
    unit_prices: Prices = Field(default_factory=dict, validation_alias="TWEENBOT_UNIT_PRICES")
