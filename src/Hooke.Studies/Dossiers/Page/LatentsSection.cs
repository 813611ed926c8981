using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>The latent-level circuit on one prompt, and what is not explained of it.</summary>
static class LatentsSection
{
    /// <summary>The section; nothing where the model has no transcoders.</summary>
    public static Html Draw(Dossier dossier) => dossier.Latents is not { } latents ? Html.Empty : Html.Of($"""
        <section id="latents"><h2>Inside the components: latents</h2>
        <p>On the prompt <q>{latents.Prompt}</q>, what latents of the model's transcoders ({latents.Dictionary}) add to one
        another and
        to the likeliest next tokens, attention and norm scales held as they are there. {latents.Agreement.Sentence}</p>
        <p>Replacement score {Score(latents.Replacement)}, graph completeness score {Score(latents.Completeness)}. What the
        transcoders
        miss is drawn as diamonds. <a href="{Dossier.GraphPageName}">Walk through the whole graph</a>:
        {Words.Count(latents.AllNodes, "node")}, {Words.Count(latents.AllLinks, "link")}, with what each latent responds to.</p>
        {Figure.Of("Attribution graph", LatentsFigure.Draw(latents), Caption(latents))}
        <output class="readout" aria-live="polite"></output>
        {Shares(latents)}
        </section>
        """);

    /// <summary>The section's line of the contents.</summary>
    public static Html Link(Dossier dossier) =>
        dossier.Latents is null ? Html.Empty : Html.Of($"<a href=\"#latents\">Latents</a>");

    static Html Caption(DossierLatents latents) => Html.Of($"""
        The {Words.Count(latents.Nodes.Count, "node")} of most influence and the {latents.Links.Count} largest links between
        them; layers
        from bottom to top, positions from left to right. Discs are latents, diamonds errors. Width shows what a link adds:
        solid links
        add, dashed ones take away. Point at a node, or reach it with the tab key, to see its links alone.
        """);

    static Html Shares(DossierLatents latents) => Html.Of($"""
        <div class="scroll" tabindex="0" role="region" aria-label="What each target rests on"><table><thead><tr>
        <th scope="col">target</th><th scope="col" class="right">value</th><th scope="col" class="right">tokens, by latents</th>
        <th scope="col" class="right">untraced latents</th><th scope="col" class="right">errors</th><th scope="col"
        class="right">biases</th>
        <th scope="col" class="right">rest</th></tr></thead><tbody>{latents.Targets.Select(Row)}</tbody></table></div>
        <p class="small">Where one ends that walks from the target against the links, by absolute weight, in the whole graph.
        Errors,
        biases and the rest are not explained.</p>
        """);

    static Html Row(DossierTarget target) => Html.Of($"""
        <tr><td>{target.Name}</td><td class="right">{Words.Number(target.Value)}</td>
        {new[] { target.Tokens, target.Latents, target.Errors, target.Biases, target.Remainders }.Select(share =>
            Html.Of($"<td class=\"right\">{Figure.Percent(share)}</td>"))}</tr>
        """);

    static string Score(double? score) => score is { } value ? Words.Number(value) : "–";
}
