"""Who is quoted: how often, where, on whom, and by which pronoun."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Who is quoted")


@app.cell
def _():
    import marimo as mo

    from pipeline.load import load

    return load, mo


@app.cell
def _(load, mo):
    said_by_all = load("said", where="speaker_id is not null and is_speech", once=True)
    outlets = mo.ui.multiselect(sorted(said_by_all["outlet"].unique()), label="outlets (none: all)")
    labels = mo.ui.multiselect(["PERSON", "ORG", "GPE", "NORP"], value=["PERSON"], label="kinds of speakers")
    mo.vstack(
        [
            mo.md("# Who is quoted\n\nSpeech with a speaker who has a name, reprints counted once."),
            mo.hstack([outlets, labels], justify="start"),
        ]
    )
    return labels, outlets, said_by_all


@app.cell
def _(labels, mo, outlets, said_by_all):
    said = said_by_all[
        said_by_all["outlet"].isin(outlets.value or said_by_all["outlet"])
        & said_by_all["speaker_label"].isin(labels.value or said_by_all["speaker_label"])
    ]
    mo.stop(said.empty, mo.md("Nobody is quoted there."))
    return (said,)


@app.cell
def _(mo, said):
    mo.hstack(
        [
            mo.stat(f"{len(said):,}", label="quotations"),
            mo.stat(f"{said['speaker_id'].nunique():,}", label="speakers"),
            mo.stat(f"{said['outlet'].nunique()}", label="outlets"),
            mo.stat(f"{said['day'].nunique()}", label="days"),
        ],
        justify="start",
    )


@app.cell
def _(mo, said):
    by_speaker = said.groupby(["speaker_id", "speaker_name"])
    speakers = by_speaker.agg(
        quotes=("quote_id", "size"),
        outlets=("outlet", "nunique"),
        articles=("article_id", "nunique"),
        first=("day", "min"),
        last=("day", "max"),
    ).reset_index()
    speakers = speakers.sort_values(["quotes", "speaker_name"], ascending=[False, True])
    shown = speakers.head(20).drop(columns="speaker_id").rename(columns={"speaker_name": "speaker"})
    mo.vstack(
        [
            mo.md("## The twenty who are quoted most"),
            shown.style.bar(subset="quotes", color="#a6cee3", vmin=0)
            .hide(axis="index")
            .format(escape="html"),
        ]
    )
    return (speakers,)


@app.cell
def _(load, mo, said):
    pronoun_of = load("entity_pronouns").set_index("entity_id")["pronoun"]
    persons = said[said["speaker_label"] == "PERSON"]
    go_by = persons["speaker_id"].map(pronoun_of).fillna("unknown").rename("pronoun")
    pronouns = go_by.value_counts(normalize=True).mul(100).round(1).rename("% of quotations").reset_index()
    mo.vstack(
        [
            mo.md("## Pronouns\n\nWhich pronoun the texts use for the speaker. It is not who somebody is."),
            pronouns.style.bar(color="#b2df8a", vmin=0, vmax=100).hide(axis="index").format(precision=1),
        ]
    )
    return (pronouns,)


@app.cell
def _(mo, speakers):
    speaker = mo.ui.dropdown(
        dict(zip(speakers["speaker_name"], speakers["speaker_id"], strict=True)),
        value=speakers["speaker_name"].iloc[0] if len(speakers) else None,
        label="speaker",
    )
    mo.vstack([mo.md("## In their words"), speaker])
    return (speaker,)


@app.cell
def _(load, mo, said, speaker):
    words = said[said["speaker_id"] == speaker.value][
        ["day", "outlet", "quote", "cue", "permalink"]
    ].reset_index(drop=True)
    about = load("quote_names", where={"is_speaker": False}, once=True)
    about = about[about["speaker_id"] == speaker.value]
    named = about["name"].value_counts().head(8).rename_axis("they name").rename("times").reset_index()
    mo.vstack(
        [
            mo.ui.table(words, selection=None, page_size=8, show_column_summaries=False),
            named.style.hide(axis="index").format(escape="html"),
        ]
    )
    return (words,)


if __name__ == "__main__":
    app.run()
