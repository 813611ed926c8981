using Hooke.Evidence;

namespace Hooke.Studies.Tests;

public sealed class DossierIdentityTests
{
    static readonly Dossier Plain = Sample.Dossier;

    [Fact]
    public void The_folder_the_command_and_the_version_are_no_part_of_identities()
    {
        Dossier elsewhere = Plain with
        {
            Request = Plain.Request with { ModelFolder = "/other/place", Command = "hooke investigate --threads 7" },
            Identities = Plain.Identities with { Hooke = "9.9.9" },
        };
        Assert.Equal(Plain.RequestIdentity, elsewhere.RequestIdentity);
        Assert.Equal(Plain.ResultIdentity, elsewhere.ResultIdentity);
        Assert.Empty(Plain.Differences(elsewhere));
    }

    [Fact]
    public void Another_request_has_another_identity()
    {
        DossierRequest[] others =
        [
            Plain.Request with { Seed = 2 },
            Plain.Request with { Behaviour = "induction" },
            Plain.Request with { Options = [new("ig steps", "6")] },
            Plain.Request with { Pair = new AskedPair("a b", "a c", "d", "e") },
        ];
        IEnumerable<string> all = others.Select(request => (Plain with { Request = request }).RequestIdentity);
        Assert.Equal(others.Length + 1, all.Append(Plain.RequestIdentity).Distinct().Count());
    }

    [Fact]
    public void Somebody_running_it_again_raises_no_doubt_about_the_result()
    {
        Findings again = Plain.Claim.Evidence with
        {
            RunAgain = new RunAgain("A stranger", Plain.ResultIdentity, Plain.ResultIdentity),
        };
        Dossier confirmed = Plain with { Claim = Plain.Claim.With(again) };
        Assert.Equal(Plain.ResultIdentity, confirmed.ResultIdentity);
        Assert.NotEqual(Plain.ToJson(), confirmed.ToJson());
    }

    [Fact]
    public void Another_number_is_another_result_and_is_pointed_out()
    {
        Completeness other = Plain.Claim.Evidence.Completeness! with { Gap = Sample.Estimate(0.1, 0.018) };
        Dossier changed = Plain with { Claim = Plain.Claim.With(Plain.Claim.Evidence with { Completeness = other }) };
        Assert.NotEqual(Plain.ResultIdentity, changed.ResultIdentity);
        Assert.Contains(
            new Difference("evidence.completeness.gap.value", "0.0914", "0.1"), Plain.Differences(changed));
        Assert.All(Plain.Differences(changed), difference =>
            Assert.StartsWith("evidence.completeness.", difference.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void Lists_of_other_lengths_and_missing_members_differ()
    {
        Dossier changed = Plain with
        {
            Notes = [],
            Claim = Plain.Claim.With(Plain.Claim.Evidence with { Robustness = null }),
        };
        Assert.Equal(
            ["evidence.robustness", "notes"], Plain.Differences(changed).Select(difference => difference.Path));
        Assert.Equal("notes: a list of 1 here, a list of 0 there", $"{Plain.Differences(changed)[1]}");
    }

    [Fact]
    public void What_was_not_run_and_what_the_coverage_leaves_out_are_holes() => Assert.Equal(
        [
            "No independent method was tried.", "No other family of prompts was tried.",
            "Nobody else is known to have run it again.", .. Plain.Claim.Coverage.NotTested,
        ], Plain.Holes);
}
