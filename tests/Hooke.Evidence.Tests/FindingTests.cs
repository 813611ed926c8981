namespace Hooke.Evidence.Tests;

public sealed class FindingTests
{
    [Theory]
    [InlineData(0.90, 0.05, 100, 0, Outcome.Supports)]
    [InlineData(0.851, 0.05, 100, 0, Outcome.Supports)]
    [InlineData(0.84, 0.05, 100, 0, Outcome.Undecided)]
    [InlineData(0.70, 0.05, 100, 0, Outcome.FallsShort)]
    [InlineData(1.21, 0.05, 100, 0, Outcome.Undecided)]
    [InlineData(1.30, 0.05, 100, 0, Outcome.FallsShort)]
    [InlineData(0.90, 0.05, 98, 0, Outcome.Undecided)]
    [InlineData(0.90, 0.05, 10, 10, Outcome.Undecided)]
    [InlineData(0.90, 0.05, 100, 1, Outcome.Undecided)]
    [InlineData(0.90, 0.05, 100, 5, Outcome.Undecided)]
    [InlineData(0.90, 0.05, 100, 6, Outcome.Contradicts)]
    public void Sufficiency_asks_faithfulness_near_one_that_no_random_circuit_has(
        double value, double half, int controls, int asGood, Outcome expected) =>
        Assert.Equal(expected, new Sufficiency(
            Made.Around(value, half), Made.Controls(controls, 0.1, asGood), HeldOut: true).Outcome);

    [Theory]
    [InlineData(1.05, 1)]
    [InlineData(0.90, 1)]
    [InlineData(1.50, 0)]
    public void A_control_does_as_well_when_it_is_as_near_to_one(double control, int expected) =>
        Assert.Equal(expected, new Sufficiency(Made.Around(0.9), [control], HeldOut: true).AsGood);

    [Theory]
    [InlineData(0, 0.9, 0.7, 30, Outcome.Supports)]
    [InlineData(1, 0.9, 0.7, 30, Outcome.Contradicts)]
    [InlineData(0, 0.9, 0.505, 30, Outcome.Undecided)]
    [InlineData(0, 0.6, 0.7, 30, Outcome.FallsShort)]
    [InlineData(0, 0.4, 0.7, 30, Outcome.Contradicts)]
    [InlineData(0, 0.9, 0.7, 5, Outcome.Undecided)]
    [InlineData(1, 0.9, 0.7, 5, Outcome.Contradicts)]
    public void A_graph_asks_exact_edges_signs_that_last_and_controls_that_do_less(
        int disagreeing, double signs, double beyond, int sources, Outcome expected)
    {
        GraphAgreement graph = new(100, disagreeing, 1e-5, Made.Around(signs) with { N = sources }, Made.Around(beyond));
        Assert.Equal(expected, graph.Outcome);
        Findings findings = new() { Graph = graph };
        Assert.Contains(findings.Tests(), test => test.Sentence == graph.Sentence);
        Assert.DoesNotContain(new Findings().Tests(), test => test.Name == "graph");
        Assert.Equal(expected == Outcome.Contradicts, TierRule.Compute(findings).Tier == Tier.Disconfirmed);
    }

    [Fact]
    public void The_p_of_controls_counts_the_circuit_itself()
    {
        Sufficiency found = new(Made.Around(0.9), Made.Controls(99, 0.1, asGood: 4), HeldOut: true);
        Assert.Equal(5 / 100.0, found.P);
    }

    [Fact]
    public void Tests_on_the_prompts_of_the_search_decide_nothing()
    {
        Findings all = Made.AllSupporting;
        Assert.Equal(Outcome.Undecided, (all.Sufficiency! with { HeldOut = false }).Outcome);
        Assert.Equal(Outcome.Undecided, (all.Completeness! with { HeldOut = false }).Outcome);
        Assert.Equal(Outcome.Undecided, (all.Minimality! with { HeldOut = false }).Outcome);
        Says(all.Sufficiency! with { HeldOut = false }, "found on these very prompts");
    }

    [Fact]
    public void Too_few_prompts_decide_nothing_and_the_sentence_says_so()
    {
        IFinding[] few =
        [
            new BehaviourCheck(Made.Around(0, n: 19), Made.Around(-1, n: 19), "metric"),
            new Necessity(Made.Around(0.9, n: 19), Made.Around(0.8, n: 19), Made.Controls(100, 0)),
            new Sufficiency(Made.Around(0.1, n: 19), Made.Controls(100, 1), HeldOut: true),
            new Completeness(Made.Around(0.9, n: 19), [new("m0", 0.9)], HeldOut: true),
            new Minimality([new("m0", Made.Around(0.9, n: 19))], HeldOut: true),
            new Prediction("Replacing a2.h3", Made.Around(0, n: 19), Made.Around(-1, n: 19)),
            new Robustness([Few("zero"), Few("mean"), Few("resample")]),
            new IndependentMethods([new("patching", 0.1, 0.1, Made.Around(0.1, n: 19))]),
        ];
        Assert.All(few, finding => Assert.Equal(Outcome.Undecided, finding.Outcome));
        Assert.All(few, finding => Says(finding, "19 prompts cannot decide"));

        static AblationKind Few(string kind) => new(kind, Made.Around(0.1, n: 19));
    }

    [Fact]
    public void A_member_that_holds_the_behaviour_back_is_not_idle()
    {
        Minimality found = new([new("a", Made.Around(0.4)), new("b", Made.Around(-0.1))], HeldOut: true);
        Assert.Equal(Outcome.Supports, found.Outcome);
        Assert.Equal("b", found.Least.Member);
    }

    [Fact]
    public void Two_kinds_of_ablation_are_one_too_few() => Assert.Equal(
        Outcome.Undecided, new Robustness([new("zero", Made.Around(1)), new("mean", Made.Around(1))]).Outcome);

    [Fact]
    public void A_method_that_finds_other_members_falls_short() => Assert.Equal(
        Outcome.FallsShort, new IndependentMethods([new("patching", 0.4, 0.1, Made.Around(1))]).Outcome);

    [Fact]
    public void Generality_names_the_kinds_of_prompts_that_were_not_tried()
    {
        Generality found = new([new("questions", FamilyKind.Paraphrased, Made.Around(0.9))]);
        Assert.Equal(Outcome.Undecided, found.Outcome);
        Assert.Equal([FamilyKind.Reseeded, FamilyKind.Adversarial], found.Missing);
        Says(found, "Faithfulness on questions is 0.9 [0.89, 0.91]; reseeded prompts were not tried; ");
        Says(found, "; adversarial prompts were not tried.");
    }

    [Fact]
    public void A_circuit_without_members_has_no_minimality() =>
        Assert.Throws<ArgumentException>(() => new Minimality([], HeldOut: true));

    [Fact]
    public void Every_finding_says_its_numbers()
    {
        Findings all = Made.AllSupporting;
        Says(all.Necessity!, "0.9 [0.89, 0.91]");
        Says(all.Sufficiency!, "0 of 100 random controls do as well (p = 0.0099)");
        Says(all.Completeness!, "without m0");
        Says(all.Minimality!, "m0->logits with 0.02 [0.01, 0.03]");
        Says(all.Prediction!, "by 2 [1.99, 2.01] on average");
        Says(all.Robustness!, "zero ablation 0.95 [0.94, 0.96]");
        Says(all.IndependentMethods!, "80 % of the circuit's members (10 % by chance)");
        Says(all.RunAgain!, "byte for byte");
    }

    static void Says(IFinding finding, string words) =>
        Assert.Contains(words, finding.Sentence, StringComparison.Ordinal);
}
