"""Learns where hair is: a network, the choice of regions, and the judges of what comes out.

Two networks learn from half of the groups each and judge the other half. The choice of regions
learns from these judgements, so it knows how far a network can be trusted on drawings it has never
seen; so do the judges, from masks chosen by what learnt from the other half. The network that is kept
then goes on from the first and learns from all.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from hairpipe.errors import ConfigError
from hairpipe.extract.learned.judges import JUDGES_FILE
from hairpipe.extract.learned.regions.region_classifier import REGION_MODEL
from hairpipe.extract.learned.regions.trees import Trees
from hairpipe.extract.network.prediction import NETWORK_FILE
from hairpipe.extract.network.session import OnnxSession
from hairpipe.extract.result import Image
from hairpipe.extract.settings import LearnedSettings
from hairpipe.lab.train.masks.judged import (
    View,
    answers_of,
    is_unsure,
    places_of,
    region_examples,
    views_of,
)
from hairpipe.lab.train.masks.judges import Outcome, fit_judges
from hairpipe.lab.train.masks.region_choice import RegionExample, as_npz, fit_choice
from hairpipe.lab.train.masks.scores import CARD_FILE, SourceScore, model_card, score_sources
from hairpipe.lab.train.samples.examples import Example
from hairpipe.lab.train.samples.sources import MakeSample, Source, halves_of, load_source, sampler

HALVES, KEPT = ("half 1", "half 2"), "all"
"""The names of the networks."""


FitNetwork = Callable[[MakeSample, str, int, bytes | None], bytes]
"""Fits a network to samples and returns it as an ONNX file; given a network's name, a seed, and an ONNX file
to go on from, where there is one."""

Observe = Callable[[str, int, int], None]
"""Given what is being done, how much of it is done, and how much there is: the place for a progress bar."""


@dataclass(frozen=True, eq=False)
class TrainingData:
    """What there is to learn from."""

    sources: Sequence[Source]
    """With hair in pictures of at least two groups."""
    drawn: Sequence[Example] = ()
    """Portraits that hairpipe drew itself; all networks learn from them."""
    backgrounds: Sequence[Image] = ()
    """(h, w, 3). Pictures that make backgrounds."""


@dataclass(frozen=True, eq=False)
class TrainedMasks:
    """What training made, and how good it is on groups it has not learnt from."""

    files: Mapping[str, bytes]
    """The learned method's model and its card, by file name."""
    scores: Sequence[SourceScore]


def train_masks(
    data: TrainingData,
    fit: FitNetwork,
    recipe: Mapping[str, str],
    observe: Observe,
    *,
    colors: int,
    most_judged: int,
    seed: int = 7,
) -> TrainedMasks:
    """Learn where hair is.

    ConfigError if there is hair in pictures of fewer than two groups, or a picture can't be read.

    Parameters
    ----------
    recipe : mapping of str to str
        What the model card is to say of how it was made.
    colors : int
        Of the palette that regions are cut from.
    most_judged : int
        At most so many pictures of each source teach the trees and the judges.
    seed : int
        Divides the groups and draws the samples.
    """
    halves = halves_of(data.sources, seed)
    examples = [_loaded(source, observe) for source in data.sources]
    networks = []
    for half, name in enumerate(HALVES):
        learnt = [[each for each in group if halves[each.group] != half] for group in examples]
        networks.append(fit(_sampler(data, learnt), name, seed + half, None))
    unseen = _unseen(data.sources, halves, most_judged, seed)
    outcomes, choice = _judged(unseen, networks, data.backgrounds, observe, colors=colors, seed=seed)
    fitted = fit_judges(outcomes)
    scores = score_sources(outcomes, fitted.verdicts, LearnedSettings().visible_hair)
    kept = fit(_sampler(data, examples), KEPT, seed + 2, networks[0])
    files = {
        NETWORK_FILE: gzip.compress(kept, mtime=0),
        REGION_MODEL: as_npz(choice),
        JUDGES_FILE: (fitted.judges.model_dump_json(indent=1) + "\n").encode(),
        CARD_FILE: model_card(recipe, data.sources, scores, fitted.kept).encode(),
    }
    return TrainedMasks(MappingProxyType(files), scores)


def _loaded(source: Source, observe: Observe) -> list[Example]:
    total = len(source.pictures)
    return load_source(source, lambda done: observe(f"reading {source.name}", done, total))


def _sampler(data: TrainingData, examples: Sequence[Sequence[Example]]) -> MakeSample:
    weights = [source.weight for source in data.sources]
    return sampler(list(zip(weights, examples, strict=True)), data.drawn, data.backgrounds)


def _unseen(sources: Sequence[Source], halves: Mapping[str, int], most: int, seed: int) -> list[Outcome]:
    """Return the pictures to be judged, without answers yet: all of a source, or some at random."""
    rng = np.random.default_rng([seed, len(halves)])
    chosen = []
    for source in sources:
        places = rng.permutation(len(source.pictures))[:most]
        pictures = [source.pictures[place] for place in sorted(places)]
        chosen += [Outcome(source.name, halves[picture.group], picture, ()) for picture in pictures]
    return chosen


def _judged(
    unseen: Sequence[Outcome],
    networks: Sequence[bytes],
    backgrounds: Sequence[Image],
    observe: Observe,
    *,
    colors: int,
    seed: int,
) -> tuple[list[Outcome], Trees]:
    """Return what is said of each picture by what has not seen its group, and trees that learnt from all."""
    sessions = [OnnxSession(network) for network in networks]

    def views(place: int) -> list[View]:
        one = unseen[place]
        # The same the second time: to keep all of them would take more memory than there is.
        rng = np.random.default_rng([seed, place])
        return views_of(one.picture, sessions[one.half], colors, backgrounds, rng)

    regions: list[list[RegionExample]] = [[], []]
    for place, one in enumerate(unseen):
        regions[one.half] += region_examples(views(place), one.picture.cutout)
        observe("judging pictures", place + 1, 2 * len(unseen))
    for of_half in regions:
        shown = {bool(hair) for example in of_half for hair in example.hair > 0.5}
        if len(shown) < 2:
            raise ConfigError(
                "the judged pictures of one half show no hair, or nothing else; give more pictures."
            )
    choices = [fit_choice(regions[1 - half], seed) for half in (0, 1)]
    outcomes = []
    for place, one in enumerate(unseen):
        seen, choice = views(place), choices[one.half]
        one = replace(one, answers=answers_of(seen, seen[0], choice))
        if not one.picture.cutout and is_unsure(seen[0], one.answers):
            places = places_of(seen, sessions[one.half], colors)
            one = replace(one, of_places=answers_of(places, seen[0], choice))
        outcomes.append(one)
        observe("judging pictures", len(unseen) + place + 1, 2 * len(unseen))
    return outcomes, fit_choice(regions[0] + regions[1], seed)
