"""The policies that `plantgym serve` starts, each in a process of its own, one at a time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

import typer

from ..baselines.registry import POLICIES
from ..twins.errors import InputError
from ..twins.live.history import HistoryError
from ..twins.live.server import LiveServer
from .cases import Case
from .live_case import control_as_worker
from .policies import check_policies

_HINDSIGHT = "optimum"
"""Knows what is yet to come, which a live run does not tell."""


class PolicyProcesses:
    """A `plantgym.twins.live.supervisor.Supervisor` of processes.

    Clients choose among the baselines, the agent that is shipped with the env, and the policy that
    whoever started the server has named: a file of a client's choice might run any code.

    Args:
        case: the env that is run live.
        first: policy that the server was started with; None for none.
        token: what the server wants to hear.
        seed: of what policies draw.

    Raises:
        InputError: a first policy that there is not.
    """

    def __init__(self, case: Case, first: str | None, token: str | None, seed: int) -> None:
        known = [name for name in POLICIES[case.kind].makers if name != _HINDSIGHT]
        if _is_there("ppo", case):
            known.append("ppo")
        if first is not None:
            check_policies([first], case)
            known += [first] * (first not in known)
        self.policies = tuple(known)
        """Names that may be chosen."""
        self._token, self._seed = token, seed
        self._server: LiveServer | None = None
        self._process: BaseProcess | None = None
        self._watches: set[asyncio.Task[None]] = set()

    def check(self, policy: str) -> None:
        """Refuse what cannot be chosen.

        Raises:
            InputError: none of `policies`.
        """
        if policy not in self.policies:
            raise InputError("choose policy", policy, f"use one of {', '.join(self.policies)}")

    def start(self, policy: str | None) -> None:
        """End the process that acts, and start another one, or none."""
        former, self._process = self._process, None
        if former is not None:
            former.kill()
        if policy is None or self._server is None:
            return
        arguments = (os.getpid(), self._server.url, policy, self._token, self._seed)
        self._process = get_context("spawn").Process(
            target=control_as_worker, args=arguments, daemon=True
        )
        self._process.start()
        watch = asyncio.create_task(self._tell_end(self._process, policy))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)

    @asynccontextmanager
    async def serving(self, server: LiveServer) -> AsyncIterator[None]:
        """Let policies act on a server: first the one that is chosen, at the end none."""
        self._server = server
        server.run.orders.start_policy()
        try:
            yield
        finally:
            self.start(None)
            await asyncio.gather(*self._watches)

    async def _tell_end(self, process: BaseProcess, policy: str) -> None:
        """Say so if a process ends that should act."""
        await asyncio.to_thread(process.join)
        if process is self._process and self._server is not None:
            self._process = None
            text = f"policy {policy} has ended, so the rule acts"
            typer.echo(f"plantgym: {text}", err=True)
            self._server.alarm(text)
            with suppress(HistoryError):
                self._server.run.forget_policy()


def _is_there(policy: str, case: Case) -> bool:
    try:
        check_policies([policy], case)
    except InputError:
        return False
    return True
