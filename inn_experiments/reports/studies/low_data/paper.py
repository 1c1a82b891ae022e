"""Tables 1 to 5 of the paper, as printed there."""

COLUMNS = ("macro precision", "macro recall", "macro F1", "accuracy", "weighted precision", "weighted recall")
COLUMNS += ("weighted F1",)
KEYS = ("precision_macro", "recall_macro", "f1_macro", "accuracy", "precision_weighted", "recall_weighted")
KEYS += ("f1_weighted",)
"""Of the numbers of utility, column by column."""

REAL, ITERATED, CONVEX, BOTH, ALONE = "real", "diffused then iterated", "convex", "both", "synthetic alone"

TABLES = {
    "Table 1, 50 compounds, 10 to 20 spectra each": {
        REAL: (0.71, 0.66, 0.65, 0.76, 0.84, 0.76, 0.75),
        ITERATED: (0.77, 0.72, 0.72, 0.78, 0.85, 0.78, 0.78),
        CONVEX: (0.82, 0.76, 0.76, 0.80, 0.87, 0.80, 0.80),
        BOTH: (0.81, 0.75, 0.74, 0.77, 0.87, 0.77, 0.78),
    },
    "Table 2, MNIST, 100 images a digit": {
        REAL: (0.84, 0.85, 0.84, 0.84, 0.85, 0.84, 0.84),
        ITERATED: (0.84, 0.85, 0.84, 0.84, 0.85, 0.84, 0.84),
        CONVEX: (0.83, 0.83, 0.82, 0.82, 0.83, 0.82, 0.82),
        BOTH: (0.83, 0.83, 0.82, 0.82, 0.83, 0.82, 0.82),
    },
    "Table 3, 10,000 IMS spectra": {
        REAL: (1.00, 0.99, 0.99, 1.00, 1.00, 1.00, 1.00),
        ALONE: (0.76, 0.63, 0.64, 0.76, 0.80, 0.76, 0.73),
        BOTH: (1.00, 0.99, 1.00, 1.00, 1.00, 1.00, 1.00),
    },
    "Table 4, 400,000 IMS spectra": {
        REAL: (1.00, 0.99, 0.99, 1.00, 1.00, 1.00, 1.00),
        ALONE: (0.73, 0.65, 0.64, 0.76, 0.80, 0.76, 0.73),
        BOTH: (1.00, 0.99, 0.99, 0.99, 1.00, 0.99, 0.99),
    },
    "Table 5, 1,000 IMS spectra": {
        REAL: (0.74, 0.66, 0.66, 0.81, 0.81, 0.81, 0.79),
        ITERATED: (0.73, 0.65, 0.66, 0.79, 0.77, 0.79, 0.76),
        CONVEX: (0.78, 0.78, 0.77, 0.90, 0.87, 0.90, 0.88),
        BOTH: (0.76, 0.73, 0.73, 0.85, 0.84, 0.85, 0.84),
    },
}
OF_DATA = {"table": (1,), "massbank": (1,), "digits": (2,), "mnist1d": (2,), "mnist1d_redrawn": (2,), "ims": (3, 4, 5)}
OF_DATA["ims_simulated"] = OF_DATA["ims"]
"""Option of the data -> the numbers of the paper's tables that are about rows of this kind."""


def paper_rows(data: str) -> list[list[str]]:
    """Rows of Markdown tables, in COLUMNS, of all that the paper says of this kind of data."""
    chosen = [(title, rows) for title, rows in TABLES.items() if int(title[6]) in OF_DATA.get(data, ())]
    return [
        [f"*paper, {title}: {name}*", *(f"{value:.2f}" for value in values), ""]
        for title, rows in chosen
        for name, values in rows.items()
    ]
