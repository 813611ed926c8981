using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>Every test of the ladder, run or not, with its intervals drawn against what passes.</summary>
static class TestsSection
{
    public static Html Draw(Dossier dossier) => Html.Of($"""
        <section id="tests"><h2>The tests</h2>
        <p>The shaded range is what passes; the bar is the 95 % interval over prompts, the dot the value on all of
        them. A test supports the claim only when its whole interval passes.</p>
        {dossier.Claim.Evidence.Tests().GroupBy(test => test.NeededFor).Select(Group)}
        </section>
        """);

    static Html Group(IGrouping<Tier, Test> tests) => Html.Of($"""
        <h3 class="for">needed for “{tests.Key.Text()}”</h3>
        <div class="tests">{tests.Select(Row)}</div>
        """);

    static Html Row(Test test) => Html.Of($"""
        <article class="test {test.OutcomeText.Replace(' ', '-')}"><div class="what"><h4>{test.Question}</h4>
        <p class="outcome"><span aria-hidden="true">{Sign(test.Finding?.Outcome)}</span>
        {test.Name}: {test.OutcomeText}</p>
        <p>{test.Sentence}</p></div>
        <div class="intervals">{Intervals(test.Finding)}</div></article>
        """);

    static string Sign(Outcome? outcome) => outcome switch
    {
        Outcome.Supports => "✓",
        Outcome.Undecided => "~",
        Outcome.FallsShort => "✗",
        Outcome.Contradicts => "✗✗",
        _ => "○",
    };

    static IEnumerable<Html> Intervals(IFinding? finding) => finding switch
    {
        BehaviourCheck found =>
        [
            IntervalFigure.Draw("share of prompts done right", found.Accuracy, Thresholds.Accuracy, null),
            IntervalFigure.Draw($"mean {found.MetricName}", found.Metric, 0, null),
        ],
        Necessity found =>
        [
            IntervalFigure.Draw("behaviour lost", found.Drop, 0, null),
            IntervalFigure.Draw("lost beyond random edges", found.Beyond, 0, null),
        ],
        Sufficiency found => [Faithful("faithfulness", found.Faithfulness)],
        Completeness found => [IntervalFigure.Draw("completeness gap", found.Gap, 0, Thresholds.CompletenessGap)],
        Minimality found => [Least(found.Least)],
        Prediction found =>
        [
            IntervalFigure.Draw("share moved as predicted", found.Share, Thresholds.Predicted, null),
            IntervalFigure.Draw("mean shift as predicted", found.Shift, 0, null),
        ],
        Robustness found => found.Kinds.Select(by => Faithful($"faithfulness, {by.Kind} ablation", by.Faithfulness)),
        IndependentMethods found => found.Methods.Select(by => Faithful($"faithfulness, {by.Method}", by.Faithfulness)),
        Generality found => found.Families.Select(on => Faithful($"faithfulness, {on.Name}", on.Faithfulness)),
        _ => [],
    };

    static Html Faithful(string label, Estimate estimate) =>
        IntervalFigure.Draw(label, estimate, Thresholds.Faithfulness, Thresholds.FaithfulnessCap);

    static Html Least(Contribution least) => least.Effect.Value < 0
        ? IntervalFigure.Draw($"least contribution, {least.Member}", least.Effect, null, 0)
        : IntervalFigure.Draw($"least contribution, {least.Member}", least.Effect, 0, null);
}
