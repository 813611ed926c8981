using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>The result in plain language, and its four most telling numbers.</summary>
static class SummarySection
{
    public static Html Draw(Dossier dossier) => Html.Of($"""
        <section id="summary"><h2>In short</h2>
        <div class="prose">{Paragraphs(dossier).Select(text => Html.Of($"<p>{text}</p>"))}</div>
        <div class="tiles">{Tiles(dossier)}</div>
        </section>
        """);

    static IEnumerable<Html> Paragraphs(Dossier dossier)
    {
        Findings found = dossier.Claim.Evidence;
        if (dossier.Examples.Count > 0)
            yield return Html.Of($"{Question(dossier.Examples[0])} {Does(found)}");
        yield return Html.Of($"{Search(dossier.Circuit)} {Tested(found)}");
        yield return Html.Of($"""
            A drawing is not a proof, and a tier is no guarantee: all of this holds for this model, these prompts and
            these interventions. What was <a href="#coverage">not covered</a> is listed as plainly as what was.
            """);
    }

    static Html Question(DossierExample one) => Html.Of($"""
        The model was given prompts such as <q>{one.Prompt}</q> and asked for the next token. What is right there,
        {TokenChips.Draw(one.Answers(), "")}, is compared with what is right after a counterfactual prompt that
        differs in a word or two, {TokenChips.Draw(one.Foils(), "")}.
        """);

    static string Does(Findings found) => found.Behaviour is not { Accuracy: { } right }
        ? "Whether the model does this on new prompts was not tested."
        : $"On {Words.Count(right.N, "prompt")} that the circuit was {(HeldOut(found) ? "not " : "")}found on, "
            + $"the model is right {Figure.Percent(right.Value)} of the time.";

    static bool HeldOut(Findings found) => found.Sufficiency is not { HeldOut: false };

    static Html Search(DossierCircuit circuit)
    {
        int parts = circuit.Nodes.Count(node => node.Kind is NodeKind.Head or NodeKind.Mlp);
        double share = (double)circuit.Edges.Count / Math.Max(1, circuit.AllEdges);
        return Html.Of($"""
            Inside the model, its parts pass information to each other along {Words.Count(circuit.AllEdges, "edge")}.
            Hooke ranked them, kept {Words.Count(circuit.Edges.Count, "edge")} ({Figure.Percent(share)}) between
            {Words.Count(parts, "part")}, and tested that circuit by intervening on the model: switching edges off, and
            watching what the model then says.
            """);
    }

    static string Tested(Findings found)
    {
        List<string> sentences = [];
        if (found.Sufficiency is { } enough)
            sentences.Add($"With everything else off, {Gives(enough.Faithfulness)}.");
        if (found.Necessity is { } needed)
            sentences.Add($"With only the circuit off, {Loses(needed.Drop)}.");
        if (found.Sufficiency is { Controls.Count: > 0 } by)
            sentences.Add($"Of {Words.Count(by.Controls.Count, "random circuit")} of the same size, "
                + $"{(by.AsGood == 0 ? "none does" : by.AsGood == 1 ? "one does" : $"{by.AsGood} do")} as well.");
        return string.Join(' ', sentences);
    }

    static string Gives(Estimate share) => $"the circuit gives back {Figure.Percent(share.Value)} of the behaviour";

    static string Loses(Estimate share) => $"{Figure.Percent(share.Value)} of the behaviour is lost";

    static IEnumerable<Html> Tiles(Dossier dossier)
    {
        Findings found = dossier.Claim.Evidence;
        DossierCircuit circuit = dossier.Circuit;
        yield return Tile("edges", $"{circuit.Edges.Count}", $"of {Words.Count(circuit.AllEdges, "edge")}");
        if (found.Sufficiency is { } enough)
        {
            string all = Words.Count(enough.Controls.Count, "random circuit");
            Estimate share = enough.Faithfulness;
            yield return Tile("faithfulness", Words.Number(share.Value), Figure.Ends(share));
            yield return Tile("as good by chance", $"{enough.AsGood}", $"of {all}");
        }
        if (found.Completeness is { } complete)
            yield return Tile("completeness gap", Words.Number(complete.Gap.Value), Figure.Ends(complete.Gap));
        if (found.Behaviour is { Accuracy: { } right })
        {
            string all = HeldOut(found) ? $"of {right.N} held out" : $"of {right.N}";
            yield return Tile("prompts done right", Figure.Percent(right.Value), all);
        }
    }

    static Html Tile(string name, string number, string note) =>
        Html.Of($"""<div class="tile"><span>{name}</span><b>{number}</b><small>{note}</small></div>""");
}
