using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>The claim, and how high on the ladder of tiers its evidence has brought it.</summary>
static class LadderSection
{
    static readonly Tier[] Rungs =
        [Tier.Proposed, Tier.CausallySuggestive, Tier.MechanisticallySupported, Tier.Triangulated, Tier.Validated];

    public static Html Draw(Dossier dossier)
    {
        Verdict verdict = dossier.Claim.Verdict;
        return Html.Of($"""
            <header>
            <p class="brand"><b>Hooke</b> dossier · {dossier.Claim.Coverage.ModelName}</p>
            <h1>{dossier.Claim.Sentence}</h1>
            <div class="verdict tier-{(verdict.Tier < Tier.Proposed ? "off" : "on")}">
            <p class="tier">This claim is <strong>{verdict.Tier.Text()}</strong>: {verdict.Tier.Meaning()}.</p>
            <ol class="ladder" aria-label="Tiers of evidence">{Rungs.Select(rung => Rung(rung, verdict.Tier))}</ol>
            <h2>{Heading(verdict)}</h2>
            {List(verdict.KeepsFromNext.Count == 0 ? ["Nothing: this is the highest tier."] : verdict.KeepsFromNext)}
            <details><summary>What this tier rests on</summary>{List(verdict.Because)}</details>
            </div>
            </header>
            """);
    }

    static string Heading(Verdict verdict) => verdict.Tier switch
    {
        Tier.Disconfirmed => "What would help",
        Tier.Underdetermined => $"What keeps it from “{Tier.CausallySuggestive.Text()}”",
        Tier.Validated => "What keeps it from the next tier",
        _ => $"What keeps it from “{(verdict.Tier + 1).Text()}”",
    };

    static Html List(IReadOnlyList<string> sentences) =>
        Html.Of($"<ul>{sentences.Select(sentence => Html.Of($"<li>{sentence}</li>"))}</ul>");

    static Html Rung(Tier rung, Tier reached)
    {
        Tier stands = reached == Tier.Underdetermined ? Tier.Proposed : reached;
        string state = rung == reached ? "here"
            : rung <= stands ? "below"
            : rung == stands + 1 && stands >= Tier.Proposed ? "next"
            : "above";
        return Html.Of($"""
            <li class="{state}" {(rung == reached ? Html.Of($"aria-current=\"step\"") : Html.Empty)}>
            <b>{rung.Text()}</b> <small>{rung.Meaning()}</small></li>
            """);
    }
}
