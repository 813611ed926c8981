using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>Some prompts, and what the model says next.</summary>
static class ExamplesSection
{
    const double BarWidth = 120;

    public static Html Draw(Dossier dossier) => Html.Of($"""
        <section id="behaviour"><h2>The behaviour</h2>
        <p>{Metric(dossier)}</p>
        <div class="examples">{(dossier.Examples.Count == 0 ? [None] : dossier.Examples.Select(Example))}</div>
        </section>
        """);

    static Html None => Html.Of($"<p class=\"none\">No example was recorded.</p>");

    static string Metric(Dossier dossier) =>
        $"Prompts: {dossier.Claim.Coverage.Prompts}. Metric: {dossier.Claim.Coverage.Metric}.";

    static Html Example(DossierExample example) => Html.Of($"""
        <article class="example">
        {Prompt("prompt", example.Prompt, "pos", example.Answers())}
        {Prompt("counterfactual", example.Counterfactual, "neg", example.Foils())}
        <p class="small">metric {Words.Number(example.Metric)} on the prompt,
        {Words.Number(example.CounterfactualMetric)} on the counterfactual; next on the prompt:</p>
        <table class="next"><tbody>{example.Top.Select(next => Next(next, example))}</tbody></table>
        </article>
        """);

    static Html Prompt(string name, string prompt, string sign, IReadOnlyList<string> next) => Html.Of($"""
        <p><span class="tag">{name}</span> <bdi>{prompt}</bdi> {TokenChips.Draw(next, sign)}</p>
        """);

    static Html Next(NextToken next, DossierExample example)
    {
        // A tokenizer may keep the space before a word with the word; an answer is written without it.
        string word = next.Token.Trim();
        string kind = example.Answers().Contains(word) ? "pos" : example.Foils().Contains(word) ? "neg" : "other";
        return Html.Of($"""
            <tr><th scope="row"><bdi>{next.Token}</bdi></th>
            <td><svg viewBox="0 0 {BarWidth} 10" width="{BarWidth}" height="10" aria-hidden="true">
            <rect class="track" width="{BarWidth}" height="10" rx="2"/>
            <rect class="{kind}" width="{BarWidth * Math.Clamp(next.Probability, 0, 1)}" height="10" rx="2"/></svg></td>
            <td class="right">{Words.Number(100 * next.Probability)} %</td></tr>
            """);
    }
}

/// <summary>Next tokens as little frames, the first few of many.</summary>
static class TokenChips
{
    const int Most = 4;

    public static Html Draw(IReadOnlyList<string> tokens, string sign)
    {
        IEnumerable<Html> chips = tokens.Take(Most).Select(token => Chip(token, sign));
        return Html.Join(tokens.Count > Most ? [.. chips, Html.Of($"and {tokens.Count - Most} more")] : chips, " ");
    }

    static Html Chip(string token, string sign) => Html.Of($"<bdi class=\"token-chip {sign}\">{token}</bdi>");
}
