"""Draws: plain layers in, Folium map, saved file, inline SVG or GeoJSON out; knows no database and no web framework."""
