"""Tests of Responder."""
