"""Spans of OpenTelemetry: where they go, and how a function gets one. Nothing is sent unless an endpoint is set."""
