"""A picture cut into regions, and all that is known of each: what running and training share."""

from __future__ import annotations

from dataclasses import dataclass

from hairpipe.extract.color.lab import image_to_lab
from hairpipe.extract.color.palette import Palette, reduce_colors
from hairpipe.extract.face.box import box_at
from hairpipe.extract.learned.refinement import pixel_probabilities
from hairpipe.extract.learned.regions.color_cells import Floats
from hairpipe.extract.learned.regions.features import RegionFeatures, region_features
from hairpipe.extract.learned.regions.regions import Regions, cut_regions
from hairpipe.extract.learned.view import view_of
from hairpipe.extract.network.prediction import Prediction
from hairpipe.extract.resize import resized
from hairpipe.extract.result import Box, Image


@dataclass(frozen=True, eq=False)
class DescribedRegions:
    """The regions of a picture with their features."""

    view: Image
    """(h, w, 3): the picture at the size it was cut at; the picture itself where that is its own."""
    palette: Palette
    """Its reduced colours."""
    regions: Regions
    """Connected, of one colour each."""
    features: RegionFeatures
    """Of each region."""
    network: Floats
    """(h, w): the network's probability of hair."""

    def pixel_probabilities(self, region_probabilities: Floats) -> Floats:
        """Return how likely each pixel of the view is hair, (h, w), from how likely each region is."""
        of_regions = region_probabilities.take(self.regions.labels)
        return pixel_probabilities(self.features.cells, of_regions, self.network)


def describe_regions(image: Image, face: Box | None, prediction: Prediction, colors: int) -> DescribedRegions:
    """Cut a picture into regions and describe each.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    face : Box or None
        In its pixels.
    prediction : Prediction
        The network's.
    colors : int
        Of the palette that the regions are cut from.
    """
    view = view_of(image)
    palette = reduce_colors(view, colors)
    regions = cut_regions(view, palette)
    network = resized(prediction.hair, view.shape[:2])
    box = None if face is None else box_at(view.shape[:2], face, image.shape[:2])
    return DescribedRegions(
        view, palette, regions, region_features(image_to_lab(view), palette, regions, network, box), network
    )
