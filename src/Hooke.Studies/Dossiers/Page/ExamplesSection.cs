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
        {Prompt("prompt", example.Prompt, "pos", example.Answer)}
        {Prompt("counterfactual", example.Counterfactual, "neg", example.Foil)}
        <p class="small">metric {Words.Number(example.Metric)} on the prompt,
        {Words.Number(example.CounterfactualMetric)} on the counterfactual; next on the prompt:</p>
        <table class="next"><tbody>{example.Top.Select(next => Next(next, example))}</tbody></table>
        </article>
        """);

    static Html Prompt(string name, string prompt, string sign, string next) => Html.Of($"""
        <p><span class="tag">{name}</span> <bdi>{prompt}</bdi> <bdi class="token-chip {sign}">{next}</bdi></p>
        """);

    static Html Next(NextToken next, DossierExample example)
    {
        string kind = next.Token == example.Answer ? "pos" : next.Token == example.Foil ? "neg" : "other";
        return Html.Of($"""
            <tr><th scope="row"><bdi>{next.Token}</bdi></th>
            <td><svg viewBox="0 0 {BarWidth} 10" width="{BarWidth}" height="10" aria-hidden="true">
            <rect class="track" width="{BarWidth}" height="10" rx="2"/>
            <rect class="{kind}" width="{BarWidth * Math.Clamp(next.Probability, 0, 1)}" height="10" rx="2"/></svg></td>
            <td class="right">{Words.Number(100 * next.Probability)} %</td></tr>
            """);
    }
}
