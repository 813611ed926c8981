using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>The targeted interventions: what was predicted, and what happened.</summary>
static class InterventionsSection
{
    public static Html Draw(Dossier dossier) => Html.Of($"""
        <section id="interventions"><h2>Predicted, then done</h2>
        <p>If the claim is right, tampering with one place must move the answer in a direction that can be said
        beforehand.</p>
        {(dossier.Interventions.Count == 0 ? None : Table(dossier.Interventions))}
        </section>
        """);

    static Html None => Html.Of($"<p class=\"none\">No targeted intervention was made.</p>");

    static Html Table(IReadOnlyList<TargetedIntervention> all) => Html.Of($"""
        <div class="scroll" tabindex="0" role="region" aria-label="Targeted interventions"><table class="wide">
        <thead><tr><th scope="col">where</th><th scope="col">what</th><th scope="col">predicted</th>
        <th scope="col" class="right">metric before → after</th>
        <th scope="col">shift as predicted</th><th scope="col">share of prompts</th></tr></thead>
        <tbody>{all.Select(Row)}</tbody></table></div>
        """);

    static Html Row(TargetedIntervention done) => Html.Of($"""
        <tr><td><code>{done.Address}</code></td><td>{done.Kind}</td><td>{done.Predicted}</td>
        <td class="right">{Words.Number(done.Before)} → {Words.Number(done.After)}</td>
        <td>{IntervalFigure.Draw("shift", done.Shift, 0, null)}</td>
        <td>{IntervalFigure.Draw("share", done.Share, Thresholds.Predicted, null)}</td></tr>
        """);
}
