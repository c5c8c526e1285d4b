"""Texts of many kinds, built in: int8 is calibrated on some of them, and its loss is measured on the others."""

CALIBRATION_TEXTS = (
    "The harbour master keeps the tide tables in the blue cabinet next to the radio. Visiting boats may ask for a copy "
    "between eight and five; outside these hours the night watch reads the next two tides out over channel twelve.",
    'def read_lines(path: str, *, encoding: str = \'utf-8\') -> list[str]:\n    """Return the lines of a file."""\n'
    "    with open(path, encoding=encoding) as file:\n        return [line.rstrip('\\n') for line in file]",
    "Refunds are paid within fourteen days of the return, to the card or account that paid for the order. Shipping "
    "costs are refunded only if the item was damaged, wrong, or late by more than a week.",
    "| region | Q1 | Q2 | Q3 |\n|---|---|---|---|\n| north | 1,204 | 1,377 | 998 |\n| south | 812 | 905.5 | 1,040 |\n"
    "| total | 2,016 | 2,282.5 | 2,038 |",
    "2026-03-14T09:26:53Z ERROR worker-7 connection to 10.0.3.17:5432 refused (attempt 3/5), retrying in 800 ms\n"
    "2026-03-14T09:26:54Z INFO worker-7 connected",
    '{"id": "a1b2c3", "kind": "invoice", "lines": [{"sku": "X-100", "count": 2, "price": 19.99}], "paid": false}',
    "Der Zug nach Genf fährt heute wegen Bauarbeiten von Gleis vier ab und hält nicht in Lausanne. Reisende nach "
    "Lausanne nehmen bitte den Ersatzbus vor dem Bahnhof; er fährt alle zwanzig Minuten.",
    "Photosynthesis turns light, water and carbon dioxide into sugar and oxygen. In plants it happens in the "
    "chloroplasts: pigments catch the light, and the energy drives the Calvin cycle.",
    "how do I reset my password?",
    "La recette demande deux oeufs, cent grammes de farine et un peu de sel; on laisse reposer la pâte une heure avant "
    "de la cuire dans une poêle bien chaude.",
    "x",
    "# Installation\n\nYou need Python 3.11 or newer. Run `make install`; it creates a virtual environment in `.venv` "
    "and installs every pinned package. On macOS, install the command line tools first.",
    "Section 4.2. The Licensee shall not, and shall not permit any third party to, reverse engineer, decompile or "
    "disassemble the Software, except to the extent that such activity is expressly permitted by applicable law.",
    "El paciente, de 54 años, acude a urgencias con dolor torácico de tres horas de evolución, irradiado al brazo "
    "izquierdo, acompañado de sudoración y náuseas.",
    "She closed the book, looked at the rain on the window, and said nothing for a long while. 'We could still go,' he "
    "offered. 'We could,' she said, 'but then who would feed the cat?'",
    "SELECT customer_id, SUM(amount) AS total FROM orders WHERE created_at >= '2026-01-01' GROUP BY customer_id HAVING "
    "SUM(amount) > 1000 ORDER BY total DESC LIMIT 20;",
    "量子计算机利用叠加和纠缠来处理信息。与经典比特不同的是量子比特可以同时处于多个状态。",
    "Returns True if all elements of the iterable are true (or if the iterable is empty). Raises TypeError if the "
    "argument is not iterable. See also any(), filter() and itertools.takewhile().",
    "The central bank left its main rate at 2.75 percent on Thursday. Analysts had expected a cut of a quarter point "
    "after inflation fell to 1.9 percent in October, the lowest since March 2021.",
    "Железнодорожный вокзал находится в десяти минутах ходьбы от гостиницы, за мостом через реку.",
    '<ul><li><a href="/docs/api">API</a></li><li>Status: <b>200 OK</b></li></ul> <!-- nav -->',
    "class Node:\n    __slots__ = ('key', 'left', 'right')\n\n    def __init__(self, key):\n        self.key = key\n"
    "        self.left = self.right = None",
    "Subject: Re: Meeting moved\n\nHi all, the review is on Tuesday at 15:30 in room B2. Please send your slides to "
    "anna@example.org by Monday noon. Thanks!",
    "Mix 3/4 cup sugar, 1 tsp vanilla & 2 eggs... bake at 180 °C (350 °F) for ~25 min!!! Best cake EVER :-)",
)

CHECK_TEXTS = (
    "The library opens at nine on weekdays and at ten on Saturdays. Books may be kept for four weeks, films for one; "
    "both can be renewed twice unless somebody has reserved them.",
    "def moving_average(values, window):\n    total = sum(values[:window])\n    yield total / window\n"
    "    for old, new in zip(values, values[window:]):\n        total += new - old\n        yield total / window",
    "what is the capital of Australia",
    "Volcanoes form where magma rises to the surface: at the edges of plates, or above hot spots such as Hawaii. The "
    "ash of a large eruption can cool the whole planet for a year or two.",
    "Bitte beachten Sie, dass der Antrag vollständig ausgefüllt und unterschrieben bis zum 31. März eingehen muss; "
    "später eingehende Anträge können nicht berücksichtigt werden.",
    "WARN [scheduler] job=nightly-export run=8817 took 5412 s (limit 3600 s); next run postponed to 03:00 UTC",
    "The parties agree that any dispute arising out of this contract shall be settled by arbitration in Zurich, under "
    "the rules in force on the date on which the notice of arbitration is submitted.",
    '## Usage\n\n```\nbloom ingest docs --wait\nbloom search "tide tables"\n```\n\nEvery command takes `--json`.',
    "The match ended 3:2 after extra time; the goalkeeper, only nineteen, saved two penalties in front of 61,000.",
    "Raises ValueError if the two arrays differ in shape. The result has the dtype of the wider one. Complexity: O(n).",
    "Les horaires d'été entrent en vigueur le 1er juin; le dernier bateau part du débarcadère à 21 h 40.",
    '{"error": {"code": 422, "field": "metadata.tags", "message": "must be a list of strings"}}',
    "Apply two coats, four hours apart. Do not paint below 5 °C or in direct sun. Covers about 12 m² per litre.",
    "refund",
    "He had walked since dawn, and the road, which on the map had seemed so short, still ran on between the poplars "
    "towards a village that came no nearer.",
    "東京の天気は明日から雨になるでしょう。傘を忘れないでください。",
)
