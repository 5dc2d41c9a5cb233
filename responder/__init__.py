"""Responder: emergency-response coordination and duty for work-safety administrations."""
