"""What measures and teaches: drawn portraits, training, evaluation, benchmarks."""
