"""The common picture: gathers all features onto the board, the map and the head strip."""
