using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests;

/// <summary>Sites written from what the same run computed before them.</summary>
public sealed class SubstitutionTests : IDisposable
{
    readonly Model _model = Model.Load(Fixtures.Golden("gpt2"));
    readonly TokenBatch _tokens = new([[5, 9, 200, 31], [1, 2]]);

    public void Dispose() => _model.Dispose();

    /// <summary>Layer 1 reads what layer 0 was given: the same as two runs, the second patched with what the first gave.</summary>
    [Fact]
    public void A_site_is_written_from_what_the_run_itself_computed_before_it()
    {
        Address read = Site.ResidMid.At(1), first = Site.MlpOut.At(0), second = Site.MlpOut.At(1);
        using Run run = _model.RunSubstituting(_tokens,
        [
            new Substitution(first, [], (_, value) => Ops.Add(value, value)),
            new Substitution(second, [read], (recording, _) => Ops.Add(recording[read], recording[read])),
        ]);
        using Run doubled = _model.Run(_tokens, new Plan { Record = [read], Interventions = [new Scale(first, 2)] });
        Recording by = new(_tokens);
        by.Set(second, Ops.Add(doubled[read], doubled[read]));
        using Run expected = _model.Run(_tokens,
            new Plan { Interventions = [new Scale(first, 2), new Patch(second, "by")] }, new Dictionary<string, Recording> { ["by"] = by });
        Assert.Equal(expected.Logits.Data, run.Logits.Data);
        Assert.Equal(doubled[read].Data, run[read].Data);
    }

    [Fact]
    public void The_last_layer_is_written_at_every_position_though_only_the_last_logits_are_wanted()
    {
        Substitution substitution = new(Site.MlpOut.At(2), [Site.ResidMid.At(2)], (recording, value) =>
        {
            Assert.Equal(recording[Site.ResidMid.At(2)].Shape, value.Shape);
            return Ops.Add(value, recording[Site.ResidMid.At(2)]);
        });
        using Run all = _model.RunSubstituting(_tokens, [substitution]),
            last = _model.RunSubstituting(_tokens, [substitution], new Plan { LastLogitsOnly = true });
        Assert.Equal(all.LastLogits(0), last.LastLogits(0));
        Assert.Equal(all.LastLogits(1), last.LastLogits(1));
    }

    [Fact]
    public void What_cannot_be_carried_out_is_refused()
    {
        static Tensor Same(Recording recording, Tensor value) => value.Share();
        Substitution late = new(Site.AttnOut.At(1), [Site.ResidMid.At(1)], Same), absent = new(Site.MlpOut.At(7), [], Same),
            good = new(Site.MlpOut.At(1), [], Same);
        Refused("before blocks.1.hook_resid_mid is there", late);
        Refused("layers 0..2", absent);
        Refused("written twice", good, good);
    }

    void Refused(string word, params Substitution[] substitutions) => Assert.Contains(
        word, Assert.Throws<InputException>(() => _model.RunSubstituting(_tokens, substitutions)).Message, StringComparison.Ordinal);
}
