"""What a worker does with a batch: picture by picture, in its own process or one aside."""
