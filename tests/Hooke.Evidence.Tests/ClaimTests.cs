using System.Reflection;

namespace Hooke.Evidence.Tests;

public sealed class ClaimTests
{
    static readonly Coverage Full = new()
    {
        ModelName = "toy",
        ModelVersion = "1",
        ModelSize = "2 layers",
        Site = "heads",
        Prompts = "pairs",
        Method = "EAP-IG",
        SparseCoder = "none used",
        Graph = "heads and MLPs",
        Intervention = "resample ablation",
        Metric = "logit difference",
        NotTested = ["longer prompts"],
        KeepsBehaviour = "the model itself is run",
        Access = "everyone",
        LookAgain = "when the weights' SHA-256 changes",
    };

    [Fact]
    public void A_claim_without_holes_stands_and_computes_its_tier()
    {
        Claim claim = new("Heads copy names", Made.AllSupporting, Full);
        Assert.Empty(Full.Holes());
        Assert.Equal(Tier.Validated, claim.Verdict.Tier);
        Assert.Equal(Tier.Proposed, claim.With(new Findings()).Verdict.Tier);
    }

    [Fact]
    public void Every_part_of_a_coverage_that_says_nothing_is_a_hole()
    {
        PropertyInfo[] parts = [.. typeof(Coverage).GetProperties().Where(part => part.PropertyType == typeof(string))];
        Assert.Equal(Full.Parts().Count, parts.Length + 1);
        foreach (PropertyInfo part in parts)
        {
            Coverage blank = Full with { };
            part.SetValue(blank, "  ");
            Assert.Single(blank.Holes());
        }
        Assert.Equal(["not tested"], (Full with { NotTested = [] }).Holes());
    }

    [Fact]
    public void A_claim_with_holes_is_refused_with_all_of_them()
    {
        Coverage holed = Full with { Metric = "", Access = " ", NotTested = [] };
        ClaimRefusedException refused =
            Assert.Throws<ClaimRefusedException>(() => new Claim("", Made.AllSupporting, holed));
        Assert.Equal(
            ["the claim itself", "metric", "not tested", "who may see the underlying evidence"], refused.Holes);
        Assert.All(refused.Holes, hole => Assert.Contains(hole, refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_of_a_claim_or_a_finding_lets_its_tier_or_outcome_be_set()
    {
        IEnumerable<Type> types = typeof(Claim).Assembly.GetTypes()
            .Where(type => type == typeof(Claim) || typeof(IFinding).IsAssignableFrom(type));
        foreach (PropertyInfo property in types.SelectMany(type => type.GetProperties()))
            if (property.PropertyType == typeof(Verdict) || property.PropertyType == typeof(Outcome))
                Assert.Null(property.SetMethod);
    }
}
