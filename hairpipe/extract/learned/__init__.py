"""The parts of the learned method: a small network's opinion, regions, their choice, the edge."""
