"""A checking list: what was claimed on a subject, with amounts, by whom and where; the worthiest first."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="A checking list")


@app.cell
def _():
    import marimo as mo

    from pipeline.load import load

    return load, mo


@app.cell
def _(load, mo):
    everything = load("asserted", once=True)
    topics = sorted({topic for row in everything["topics"] for topic in row})
    topic = mo.ui.dropdown(topics, label="a topic of the topics file")
    word = mo.ui.text("ferry", label="or a word")
    worth = mo.ui.slider(0.0, 1.0, step=0.05, value=0.3, label="checkworthiness of at least", show_value=True)
    with_amount = mo.ui.checkbox(value=True, label="only with an amount")
    mo.vstack(
        [
            mo.md("# A checking list"),
            mo.hstack([topic, word], justify="start"),
            mo.hstack([worth, with_amount], justify="start"),
        ]
    )
    return everything, topic, with_amount, word, worth


@app.cell
def _(everything, load, topic, with_amount, word, worth):
    amounts = load("claim_amounts", once=True)
    printed = amounts.groupby(["day", "claim_id"])["amount"].agg(", ".join).rename("amounts").reset_index()
    claims = everything.merge(printed, on=["day", "claim_id"], how="left").fillna({"amounts": ""})
    chosen = claims[claims["checkworthiness"] >= worth.value]
    if topic.value:
        chosen = chosen[chosen["topics"].map(lambda topics: topic.value in topics)]
    elif word.value:
        chosen = chosen[chosen["claim"].str.contains(word.value, case=False, regex=False)]
    if with_amount.value:
        chosen = chosen[chosen["amounts"] != ""]
    # What several outlets say is one line: its best wording, and how many carry it.
    same = chosen["claim_group_id"].fillna(chosen["claim_id"])
    chosen = chosen.assign(same=same).sort_values(
        ["is_self_contained", "checkworthiness", "day", "claim_id"], ascending=[False, False, True, True]
    )
    listed = chosen.drop_duplicates("same").sort_values(
        ["checkworthiness", "n_origins", "claim_id"], ascending=[False, False, True]
    )
    return amounts, listed


@app.cell
def _(listed, mo):
    shown = listed[
        ["checkworthiness", "claim", "amounts", "said_by", "voice", "outlet", "n_outlets", "day", "permalink"]
    ].reset_index(drop=True)
    mo.vstack(
        [
            mo.md(f"## {len(shown)} claims"),
            mo.ui.table(shown, selection=None, page_size=15, show_column_summaries=False),
            mo.download(
                data=shown.to_json(orient="records", lines=True, date_format="iso").encode(),
                filename="checking-list.jsonl",
                label="take it away",
            ),
        ]
    )
    return (shown,)


@app.cell
def _(amounts, listed, mo):
    of_list = amounts[amounts["claim_id"].isin(listed["claim_id"])]
    units = (
        of_list.dropna(subset=["value", "unit"])
        .groupby("unit")["value"]
        .agg(n="size", least="min", most="max")
        .sort_values(["n", "most"], ascending=False)
        .head(12)
        .reset_index()
    )
    mo.vstack(
        [
            mo.md("## The amounts in them, by what is counted\n\nLeast far from most: look twice."),
            units.style.bar(subset="n", color="#fb9a99", vmin=0)
            .hide(axis="index")
            .format(precision=0, escape="html"),
        ]
    )
    return (units,)


if __name__ == "__main__":
    app.run()
