"""The command `digivl` and its subcommands."""

from __future__ import annotations

from typing import Annotated

import typer

from digivl.cli import (
    adding,
    agendas,
    answering,
    asking,
    demo,
    documents,
    evidence,
    flows,
    folders,
    forms,
    linting,
    messages,
    offices,
    platforms,
    readiness,
    registering,
    routes,
    rules,
    seals,
    searching,
    sessions,
    sign,
    simulate,
    terms,
    timestamping,
    trust,
    turns,
    work,
)

app = typer.Typer(
    name="digivl",
    help="Decisions of the Flemish government, digital from dossier to eBox.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - the form of typer's callbacks
    if wanted:
        from digivl import __version__

        typer.echo(f"digivl {__version__}")
        raise typer.Exit


def _advice() -> typer.Typer:
    group = typer.Typer(
        help="Advice and agreements: propose, ask, answer.", no_args_is_help=True
    )
    group.command("propose")(asking.propose)
    group.command("ask")(asking.ask)
    group.command("list")(asking.listed)
    group.command("receive")(answering.receive)
    group.command("inquire")(answering.inquire)
    group.command("answer")(answering.answer)
    group.command("back")(answering.back)
    group.command("urge")(asking.urge)
    group.command("give")(answering.give)
    group.command("reply")(asking.reply)
    group.command("agree")(answering.agree)
    group.command("refuse")(answering.refuse)
    group.command("register")(registering.register)
    group.command("withdraw")(asking.withdraw)
    group.command("explain")(asking.explain)
    group.command("messages")(messages.messages)
    group.command("again")(messages.again)
    group.command("arrived")(messages.arrived)
    group.command("drop")(messages.drop)
    group.command("settle")(messages.settle)
    return group


def _flow() -> typer.Typer:
    group = typer.Typer(
        help="Signing flows: put up, approve, sign, refuse, look.",
        no_args_is_help=True,
    )
    for command in (
        *(flows.start, flows.show, turns.approve, turns.sign, turns.refuse),
        *(turns.delegate, flows.replace, flows.recall, flows.send, flows.renew),
        *(flows.extend, flows.remind, flows.resume, flows.cancel),
    ):
        group.command(command.__name__)(command)
    return group


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Decisions of the Flemish government, digital from dossier to eBox."""


app.command("demo")(demo.demo)
app.command("init")(offices.init)
app.command("add")(adding.add)
app.command("lint")(linting.lint)
app.command("sign")(sign.sign)
app.command("timestamp")(timestamping.timestamp)
app.add_typer(_flow(), name="flow")
app.command("validate")(documents.validate)
app.command("verify")(documents.verify)
app.command("worklist")(offices.worklist)
app.command("overdue")(offices.overdue)
app.command("label")(folders.label)
app.command("scan")(folders.scan)
app.command("form")(forms.form)
app.command("evidence")(evidence.evidence)
app.command("show")(offices.show)
app.command("history")(offices.history)
app.command("route")(routes.route)
app.command("search")(searching.search)
app.command("rules")(rules.rules)
app.command("meetings")(agendas.meetings)
app.command("agenda")(agendas.agenda)
app.command("check")(agendas.check)
app.command("approve")(agendas.approve)
app.command("decide")(agendas.decide)
app.command("release")(agendas.release)
app.command("readiness")(readiness.readiness)
app.add_typer(_advice(), name="advice")
app.command("send")(work.send)
app.command("work")(work.work)
app.add_typer(platforms.app, name="platform")
app.add_typer(sessions.app, name="session")
app.add_typer(seals.app, name="seal")
app.add_typer(terms.app, name="terms")
app.add_typer(trust.app, name="trust")
app.command("simulate")(simulate.simulate)
app.command("doctor")(simulate.doctor)
app.command("plugins")(offices.plugins)
