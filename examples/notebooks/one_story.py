"""One story across outlets: who reports it when, whom each lets speak, and which claims spread from where."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="One story across outlets")


@app.cell
def _():
    import marimo as mo
    import pandas as pd

    from pipeline.find import concordance
    from pipeline.load import load

    keys = ["day", "article_id"]
    return keys, concordance, load, mo, pd


@app.cell
def _(mo):
    word = mo.ui.text("Ashdown", label="a word of the story (ferr* is any word that begins so)")
    least = mo.ui.slider(1, 10, value=2, label="at least so often in an article")
    mo.vstack([mo.md("# One story across outlets"), mo.hstack([word, least], justify="start")])
    return least, word


@app.cell
def _(concordance, keys, least, load, mo, word):
    hits = concordance(word.value, once=False).groupby(keys).size().rename("hits").reset_index()
    columns = [*keys, "source", "title", "published_at", "n_words", "wire_source", "duplicate_of"]
    articles = load("articles", columns=columns).merge(hits[hits["hits"] >= least.value], on=keys)
    articles = articles.rename(columns={"source": "outlet"}).sort_values(["published_at", "outlet"])
    mo.stop(articles.empty, mo.md("No article has that word so often."))
    return (articles,)


@app.cell
def _(keys, articles, load):
    said = load("said").merge(articles[keys], on=keys)
    claims = load("asserted").merge(articles[keys], on=keys)
    return claims, said


@app.cell
def _(articles, claims, mo, pd, said):
    of_outlet = articles.groupby("outlet")
    outlets = pd.DataFrame(
        {
            "first": of_outlet["published_at"].min().dt.strftime("%d %b, %H:%M"),
            "articles": of_outlet.size(),
            "words": of_outlet["n_words"].sum(),
            "quotations": said.groupby("outlet").size(),
            "speakers": said.groupby("outlet")["speaker_id"].nunique(),
            "own voice %": 100 * (claims["voice"] == "outlet").groupby(claims["outlet"]).mean(),
        }
    ).fillna({"quotations": 0, "speakers": 0})
    outlets = outlets.loc[articles["outlet"].unique()].reset_index()
    mo.vstack(
        [
            mo.md("## Who reports it, in the order of their first article"),
            outlets.style.bar(subset="own voice %", color="#fdbf6f", vmin=0, vmax=100)
            .hide(axis="index")
            .format(precision=0, escape="html"),
        ]
    )
    return (outlets,)


@app.cell
def _(mo, pd, said):
    heard = pd.crosstab(said["speaker_or_words"], said["outlet"])
    heard = heard.loc[heard.sum(axis=1).sort_values(ascending=False, kind="stable").index].head(15)
    heard = heard.rename_axis(index=None, columns=None)
    shade = heard.style.format(lambda n: n or "").map(
        lambda n: f"background: rgb(166 206 227 / {min(1.0, n / 5):.2f})"
    )
    mo.vstack(
        [
            mo.md("## Whom each lets speak\n\nQuotations by speaker and outlet: who is not heard where?"),
            shade.format_index(escape="html").format_index(escape="html", axis="columns"),
        ]
    )
    return (heard,)


@app.cell
def _(claims, load, mo):
    groups = claims["claim_group_id"].dropna().unique()
    spread = load("spread")
    spread = spread[spread["claim_group_id"].isin(groups)].head(12)
    first = spread["first_outlets"].map(", ".join).where(spread["is_first_certain"], "unsure: ties")
    table = spread.assign(first=first)[["claim", "first", "n_outlets", "n_origins", "n_contradicting"]]
    mo.vstack(
        [
            mo.md("## What spread\n\nClaims that several articles make, from how many independent origins."),
            table.style.bar(subset="n_origins", color="#cab2d6", vmin=0)
            .hide(axis="index")
            .format(escape="html"),
        ]
    )
    return (table,)


if __name__ == "__main__":
    app.run()
