using Hooke.Tensors;

namespace Hooke.Studies.Tests;

/// <summary>The same request gives the same dossier, and a dossier that was changed is found out.</summary>
public sealed class VerificationTests : IDisposable
{
    static readonly Lazy<Dossier> Small = new(() => Investigated.Run(Investigated.Small));

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_dossier_of_one_thread_is_the_same_with_two()
    {
        int before = Work.Threads;
        try
        {
            Work.Threads = 1;
            Investigated.Run(Investigated.Small).Write(_folder["d"]);
            Work.Threads = 2;
            Assert.True(Verification.Of(_folder["d"], null, _ => { }).IsIdentical);
        }
        finally
        {
            Work.Threads = before;
        }
    }

    [Fact]
    public void Another_seed_is_another_request_with_another_result()
    {
        Dossier other = Investigated.Run(Investigated.Small with { Seed = 2 });
        Assert.NotEqual(Small.Value.RequestIdentity, other.RequestIdentity);
        Assert.NotEqual(Small.Value.ResultIdentity, other.ResultIdentity);
        Assert.NotEqual(Small.Value.Identities.Prompts, other.Identities.Prompts);
    }

    [Fact]
    public void A_dossier_whose_numbers_were_changed_is_refused()
    {
        Small.Value.Write(_folder["d"]);
        string file = _folder["d/dossier.json"], json = File.ReadAllText(file);
        string edges = $"\"all_edges\": {Small.Value.Circuit.AllEdges}";
        Assert.Contains(edges, json, StringComparison.Ordinal);
        File.WriteAllText(file, json.Replace(edges, "\"all_edges\": 480", StringComparison.Ordinal));
        Assert.Throws<InputException>(() => Verification.Of(_folder["d"], null, _ => { }));
    }

    [Fact]
    public void A_forgery_that_agrees_with_itself_differs_from_a_second_run()
    {
        CurvePoint[] better = [.. Small.Value.FaithfulnessCurve.Select(point => point with { Faithfulness = 1 })];
        (Small.Value with { FaithfulnessCurve = better }).Write(_folder["d"]);
        Verification verification = Verification.Of(_folder["d"], null, _ => { });
        Assert.False(verification.IsIdentical);
        Assert.All(verification.Differences,
            difference => Assert.StartsWith("faithfulness_curve", difference.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void The_command_in_a_dossier_asks_for_what_the_dossier_answers()
    {
        InvestigationRequest request = new()
        {
            ModelFolder = "models/it's mine",
            Pair = new("a b", "a \"c\"", "d", "e"),
            Seed = 7,
        };
        Assert.Equal(
            "hooke investigate --model 'models/it'\\''s mine' --prompt 'a b' --counterfactual 'a \"c\"' --answer d --foil e "
            + "--seed 7 --prompts 64 --steps 5 --controls 100",
            request.ToDossier().Command);
        Assert.Equal(request, InvestigationRequest.Of(request.ToDossier()));
        Assert.Equal("elsewhere", InvestigationRequest.Of(request.ToDossier(), "elsewhere").ModelFolder);
    }
}
