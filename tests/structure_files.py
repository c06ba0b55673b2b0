"""One small example of each kind of structure, in the packaged format, for tests of every layer.

The names are those of the record; the numbers are round and stand for nothing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from steppe.evidence import Evidence, load
from steppe.evidence.load import _claims as load_claims
from steppe.evidence.load_structures import structures

FILES = {
    "claims/made_up.yaml": """
- id: made-up/claim
  document: jamal-2026
  paragraphs: [36]
  says: Something that the examples can rest on.
  modality: asserted
  mechanism: corridors
""",
    "systems.yaml": """
- id: CPC
  name: Pipeline of the Caspian consortium
  kind: corridor
  coded: corridors/CPC
  enters: {mechanism: corridors, variable: capacity}
  from: 2001-10
  members: [KAZ, RUS]
  claims: [made-up/claim]
- id: BTC
  name: Pipeline from Baku to Ceyhan
  kind: corridor
  coded: [corridors/BTC]
  enters: {mechanism: corridors, variable: capacity}
  claims: [made-up/claim]
- id: KZ-LOG
  name: Modernised lines and ports
  kind: upgrade
  coded: upgrades/kz-port
  enters: {mechanism: corridors, variable: capacity_factor}
  claims: [made-up/claim]
- id: SHUSHA
  name: Declaration of Shusha
  kind: bilateral
  coded: instruments/SHUSHA
  enters: {mechanism: security, variable: rung}
  from: 2021-06
  members: [AZE, TUR]
  claims: [made-up/claim]
- id: GAMES
  name: A festival of both peoples
  kind: identity
  coded: instruments/GAMES
  enters: {mechanism: affinity, variable: strength}
  claims: [made-up/claim]
- id: AMAZ-TEXT
  name: Agreed text of a peace treaty
  kind: stage
  coded: processes/armenia_azerbaijan.stages.text
  enters: {mechanism: processes, variable: stage}
  claims: [made-up/claim]
- id: AMAZ-PEACE
  name: Peace treaty
  kind: stage
  coded: processes/armenia_azerbaijan.stages.signed
  enters: {mechanism: processes, variable: rate}
  claims: [made-up/claim]
- id: ARMCONST
  name: Referendum on the constitution
  kind: gate
  coded: processes/armenia_azerbaijan.gates.referendum
  enters: {mechanism: domestic, variable: gate}
  claims: [made-up/claim]
- id: OTS
  name: Organization of Turkic States
  kind: organisation
  coded: organisations/OTS
  enters: {mechanism: membership, variable: depth}
  claims: [made-up/claim]
- id: ARM-CSTO
  name: A suspended membership
  kind: condition
  coded: chronicle/ARM-CSTO
  enters: {mechanism: security, variable: status}
  claims: [made-up/claim]
- id: SWAY
  name: A doctrine that the model has as a parameter
  kind: condition
  coded: parameters/membership.pressure_vote=0
  enters: {mechanism: membership, variable: membership.pressure_vote}
  claims: [made-up/claim]
- id: SILKROAD
  name: A figure of speech
  kind: context
  documents: [{document: jamal-2026, paragraphs: [36]}]
  context: it changes nothing by itself
""",
    "instruments/SHUSHA.yaml": """
id: SHUSHA
name: Declaration of Shusha
kind: bilateral
from: 2021-06
parties: [AZE, TUR]
rung: {value: 0.9, range: [0.7, 0.9], claims: [made-up/claim]}
trade_cost: {value: -0.02, range: [-0.05, 0], assumed: made up}
affinity:
  - {from: 2021-06, value: 0.05, range: [0, 0.1], assumed: made up}
nonstate_threat: {value: -0.0005, range: [-0.001, 0], assumed: made up}
""",
    "instruments/GAMES.yaml": """
id: GAMES
name: Games
kind: identity
from: 2024
parties: [KAZ, UZB, AZE]
strength: {value: 0.1, range: [0, 0.2], assumed: made up}
relief: {value: 0.2, range: [0, 0.4], assumed: made up}
""",
    "corridors/CPC.yaml": """
id: CPC
name: Pipeline of the Caspian consortium
kind: corridor
segments:
  - id: tengiz-novorossiysk
    between: [tengiz, novorossiysk]
    mode: pipeline
    commodities: [oil]
    owners: [RUS]
    sponsors: [RUS, KAZ]
    opened: 2001-10
    capacity: {value: 67, range: [60, 72], claims: [made-up/claim]}
    cost: {value: 38, range: [30, 45], assumed: made up}
    days: {value: 8, range: [6, 10], assumed: made up}
    risk: {value: 0.1, range: [0, 0.3], assumed: made up}
  - id: novorossiysk-mediterranean
    between: [novorossiysk, mediterranean]
    mode: sea
    commodities: [oil, containers]
    owners: []
    opened: 1900
    capacity: {value: 500, range: [400, 600], assumed: made up}
    cost: {value: 12, range: [10, 15], assumed: made up}
    days: {value: 6, range: [5, 8], assumed: made up}
    risk: {value: 0.05, range: [0, 0.1], assumed: made up}
""",
    "corridors/BTC.yaml": """
id: BTC
name: Pipeline from Baku to Ceyhan
kind: corridor
segments:
  - id: tengiz-baku
    between: [tengiz, baku]
    mode: sea
    commodities: [oil]
    owners: [KAZ, AZE]
    opened: 1997
    also: [KZ-LOG]
    capacity:
      - {from: 1997, value: 5, range: [3, 7], assumed: made up}
      - {from: 2020, value: 8, range: [6, 10], assumed: made up}
    cost: {value: 25, range: [20, 30], assumed: made up}
    days: {value: 4, range: [3, 5], assumed: made up}
    risk: {value: 0, range: [0, 0.1], assumed: made up}
  - id: baku-ceyhan
    between: [baku, mediterranean]
    mode: pipeline
    commodities: [oil]
    owners: [AZE, GEO, TUR]
    opened: 2006-05
    capacity: {value: 50, range: [45, 60], claims: [made-up/claim]}
    cost: {value: 40, range: [35, 45], assumed: made up}
    days: {value: 10, range: [8, 12], assumed: made up}
    risk: {value: 0.05, range: [0, 0.1], assumed: made up}
  - id: tripp-road
    between: [baku, mediterranean]
    mode: road
    commodities: [oil, containers]
    owners: [ARM]
    opened: null
    capacity: {value: 1, range: [0.5, 2], assumed: made up}
    cost: {value: 400, range: [300, 500], assumed: made up}
    days: {value: 9, range: [8, 12], assumed: made up}
    risk: {value: 0.2, range: [0, 0.4], assumed: made up}
upgrades:
  - id: kz-port
    segments: [tengiz-baku]
    from: 2022
    capacity_factor: {value: 1.5, range: [1, 2], claims: [made-up/claim]}
""",
    "corridors/demands.yaml": """
- id: kaz-oil
  origin: KAZ
  destination: EUU
  commodity: oil
  from_place: tengiz
  to_place: mediterranean
  volume: {value: 70, range: [60, 80], assumed: made up}
  weight: {value: 0.5, range: [0.3, 0.7], assumed: made up}
  outside: {value: 150, range: [100, 200], assumed: made up}
- id: rus-boxes
  origin: RUS
  destination: world
  commodity: containers
  from_place: novorossiysk
  to_place: mediterranean
  volume: {value: 10, range: [5, 15], assumed: made up}
  weight: {value: 0.2, range: [0.1, 0.3], assumed: made up}
  outside: {value: 300, range: [200, 400], assumed: made up}
""",
    "processes/armenia_azerbaijan.yaml": """
id: armenia_azerbaijan
name: Peace between Armenia and Azerbaijan
relapse: {to: none, below: signed}
charter:
  - {organisation: OTS, depth: 0.5, stage: text, assumed: made up}
stages:
  - id: none
  - id: text
    reached: 2025-03-13
    rate: {value: 0.5, range: [0.2, 1], assumed: made up}
    claims: [made-up/claim]
  - id: signed
    rate: {value: 1.2, range: [0.5, 3], assumed: made up}
    requires:
      - {gate: referendum}
      - {peace: [ARM, AZE]}
      - {organisation: OTS, depth: 0.3}
    effects:
      - {kind: affinity, a: ARM, b: AZE, change: 0.1}
      - {kind: corridor, segment: tripp-road, status: open}
    claims: [made-up/claim]
parties:
  ARM: {interest: {value: 0.5, range: [0.2, 0.8], assumed: made up}, support: {value: 0.45, range: [0.3, 0.6], assumed: made up}}
  AZE: {interest: {value: 0.4, range: [0.1, 0.7], assumed: made up}, support: {value: 0.6, range: [0.4, 0.8], assumed: made up}}
patrons:
  USA: {effort: {value: 0.6, range: [0.3, 0.9], assumed: made up}}
spoilers:
  IRN: {effort: {value: 0.3, range: [0.1, 0.5], assumed: made up}}
gates:
  - id: arm-election
    kind: election
    state: ARM
    date: 2026-06-07
    mix: {value: 0.2, range: [0, 0.4], assumed: made up}
    noise: {value: 0.08, range: [0.05, 0.12], assumed: made up}
    again: {value: 5, range: [5, 5], assumed: the term of the parliament}
    claims: [made-up/claim]
    on_fail:
      - {kind: affinity, a: ARM, b: AZE, change: -0.1}
  - id: referendum
    kind: referendum
    state: ARM
    after: text
    delay: {value: 2, range: [1, 3], assumed: made up}
    mix: {value: 0.6, range: [0.4, 0.8], assumed: made up}
    noise: {value: 0.1, range: [0.05, 0.15], assumed: made up}
    chained: arm-election
    claims: [made-up/claim]
""",
    "calendar.yaml": """
- id: hun-2026
  state: HUN
  date: 2022-04
  noise: {value: 0.08, range: [0.05, 0.12], assumed: made up}
  again: {value: 4, range: [4, 4], assumed: the term of the parliament}
  assumed: made up
""",
}


def written(folder: Path, files: dict[str, str] | None = None) -> Path:
    """The folder, with these files in it."""
    for name, text in (FILES if files is None else files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def evidence_of(folder: Path) -> Evidence:
    """The packaged evidence with the structures, and the claims, of this folder and no others."""
    packaged = load()
    shared = replace(packaged, claims={**packaged.claims, **load_claims(folder)})
    return replace(shared, folder=str(folder), **structures(folder, shared))


def example(folder: Path, *plants: tuple[str, str, str]) -> Evidence:
    """The evidence of `FILES`, each plant (file, old, new) being made first."""
    files = dict(FILES)
    for name, old, new in plants:
        assert old in files[name], f"{old!r} is not in {name}"
        files[name] = files[name].replace(old, new, 1)
    return evidence_of(written(folder, files))
