"""Published tables in other hands: loaded into pandas, exported, compared."""
