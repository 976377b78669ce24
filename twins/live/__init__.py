"""The live twin: a plant that runs on by the clock and is told what to do over a WebSocket.

Needs the extra `live`; `docs/live.md` describes the protocol.
"""
