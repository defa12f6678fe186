"""What a person can set about the extraction. Every field here can change a result."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hairpipe.configuration.settings_model import SettingsModel

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]

# The detector where none is named.


class DecodeSettings(SettingsModel):
    """Limits checked before a picture is decoded, and the colour under its transparent parts."""

    max_bytes: int = Field(default=32 * 2**20, gt=0, description="largest picture file, in bytes")
    max_pixels: int = Field(default=40_000_000, gt=0, description="largest width x height")
    background: tuple[
        Annotated[int, Field(ge=0, le=255)],
        Annotated[int, Field(ge=0, le=255)],
        Annotated[int, Field(ge=0, le=255)],
    ] = Field(default=(255, 255, 255), description="RGB that alpha is composited on")


class FaceSettings(SettingsModel):
    """How a face is found where no box is given."""

    detector: str = Field(
        default="network",
        description="network, animeface, cascade, or package.module:Class of a detector of your own",
    )
    cascade_file: str | None = Field(default=None, description="an OpenCV cascade, for detector: cascade")
    min_score: Share = Field(default=0.5, description="faces the detector trusts less are ignored")
    fallback: Literal["none", "prior"] = Field(
        default="none",
        description="where no face is found: none, or prior, the place where portraits usually have it",
    )


class ArticleSettings(SettingsModel):
    """The numbers of the article's method."""

    colors: int = Field(default=12, ge=2, le=256, description="k of k-means")
    eps: float = Field(default=5.0, ge=1, le=50, description="DBSCAN radius in pixels")
    min_samples: int | None = Field(
        default=None, ge=1, description="DBSCAN core count; default ceil(eps^3/3)"
    )
    inner_scale: float = Field(default=1.1, gt=0, description="the face hull's enlargement inside the ring")
    outer_scale: float = Field(default=1.3, gt=0, description="the face hull's enlargement outside the ring")
    bias: float = Field(default=1.5, ge=0, description="how far the enlarged hulls are pushed upwards")
    ring_share: Share = Field(default=0.05, description="a colour with more of the ring is hair")


class NetworkSettings(SettingsModel):
    """An ONNX network that segments hair, for use in the place of the shipped ones."""

    file: str = Field(description="the ONNX file")
    width: int = Field(default=256, gt=0, description="of its input, in pixels")
    height: int = Field(default=256, gt=0, description="of its input, in pixels")
    channels: Literal["rgb", "bgr"] = Field(default="rgb", description="order of its input's channels")
    mean: tuple[float, float, float] = Field(
        default=(0.485, 0.456, 0.406), description="taken from values of 0 to 1, in the channels' order"
    )
    deviation: tuple[Positive, Positive, Positive] = Field(
        default=(0.229, 0.224, 0.225), description="what is left is divided by this"
    )
    output: Literal["scores", "probabilities"] = Field(
        default="scores", description="scores pass a softmax, or a sigmoid where there is one class"
    )
    hair_class: int = Field(default=0, ge=0, description="which of its classes is hair, from 0")


class LearnedSettings(SettingsModel):
    """The numbers of the learned method."""

    colors: int = Field(default=24, ge=2, le=256, description="colours the picture is cut into regions by")
    visible_hair: Share = Field(
        default=0.35,
        description="hair is said to be seen from this on; the default keeps it in 95% of those with hair",
    )
    network: NetworkSettings | None = Field(
        default=None, description="a network of your own; default: the one that comes with hairpipe"
    )


class NamingSettings(SettingsModel):
    """How hair pixels become named colours."""

    merge_delta_e: float = Field(
        default=14.0,
        ge=0,
        description="colours closer than this CIEDE2000, at a quarter of the weight of lightness, are one",
    )
    min_share: Share = Field(default=0.02, description="colours with less of the hair join their nearest")


class Settings(SettingsModel):
    """All that can change the result of one portrait.

    Examples
    --------
    >>> Settings(method="article", article=ArticleSettings(colors=16)).article.colors
    16
    """

    method: Literal["article", "learned"] = "learned"
    decode: DecodeSettings = DecodeSettings()
    face: FaceSettings = FaceSettings()
    article: ArticleSettings = ArticleSettings()
    learned: LearnedSettings = LearnedSettings()
    naming: NamingSettings = NamingSettings()
