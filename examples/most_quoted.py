"""Who is quoted most, and on what: the names that stand in what was said. Ten lines of pandas."""

from pipeline.load import load

KEYS = ["day", "article_id"]
quotes = load("quotes", once=True).dropna(subset="speaker_name")
names = load("entities", columns=[*KEYS, "entity_id", "name"])
mentions = load("mentions", columns=[*KEYS, "entity_id", "start_char", "kind"]).query("kind == 'name'")
said = quotes.merge(mentions.merge(names, on=[*KEYS, "entity_id"]), on=KEYS, suffixes=("", "_of_name"))
is_inside = said["start_char_of_name"].between(said["start_char"], said["end_char"])
said = said[is_inside & (said["name"] != said["speaker_name"])]
on = said.groupby("speaker_name")["name"].agg(lambda name: ", ".join(name.value_counts().index[:3]))
most = quotes["speaker_name"].value_counts().head(10).to_frame("quotes").join(on.rename("on"))
print(most.fillna("").to_string())  # noqa: T201
