"""The parts of the learned method: a small network's prediction, regions, their choice, the edge."""
