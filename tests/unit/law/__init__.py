"""The law engine: plain values in, grades and duties out."""
