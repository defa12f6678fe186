"""What a run would do: the scrape held against what earlier runs left behind."""
