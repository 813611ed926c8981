namespace Hooke.Studies;

/// <summary>The command that runs it again, and the identities of all it rests on.</summary>
static class RunAgainSection
{
    public static Html Draw(Dossier dossier) => Html.Of($"""
        <section id="again"><h2>Run it again</h2>
        <pre tabindex="0" aria-label="Command"><code>{dossier.Request.Command}</code></pre>
        <p>With the same identities this gives the same result identity, on any machine and any number of threads.</p>
        <div class="scroll" tabindex="0" role="region" aria-label="Identities"><table class="identities"><tbody>
        {Request(dossier.Request)}
        {Row("weights", dossier.Identities.Weights)}{Row("config", dossier.Identities.Config)}
        {Row("tokenizer", dossier.Identities.Tokenizer)}{Row("prompts", dossier.Identities.Prompts)}
        {Row("request", dossier.RequestIdentity)}{Row("result", dossier.ResultIdentity)}
        {Row("Hooke", dossier.Identities.Hooke)}
        </tbody></table></div>
        </section>
        """);

    static Html Request(DossierRequest request)
    {
        Html asked = request.Pair is { } pair
            ? Html.Of($"""
                {Row("prompt", pair.Prompt)}{Row("counterfactual", pair.Counterfactual)}
                {Row("answer", pair.Answer)}{Row("foil", pair.Foil)}
                """)
            : Row("behaviour", request.Behaviour ?? "none named");
        return Html.Of($"""
            {Row("model folder", request.ModelFolder)}{asked}{Row("seed", $"{request.Seed}")}
            {request.Options.Select(option => Row(option.Name, option.Value))}
            """);
    }

    static Html Row(string name, string value) =>
        Html.Of($"""<tr><th scope="row">{name}</th><td><code><bdi>{value}</bdi></code></td></tr>""");
}
