using FsCheck;
using FsCheck.Fluent;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

public sealed class TunedLensTests : IDisposable
{
    static readonly TunedLensSettings Settings = new(Seed: 3, Steps: 150, Prompts: 4, LearningRate: 1e-2f);

    readonly string _folder = Directory.CreateTempSubdirectory("hooke-lens-").FullName;
    readonly Model _model = Made.Tiny();

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Training_brings_every_layer_nearer_to_the_final_distribution_on_text_kept_apart()
    {
        int[][] heldOut = Text(20, seed: 2);
        double[] before = LensDivergence.PerLayer(_model, heldOut);
        using TunedLensTraining training = Train("a");
        double[] after = LensDivergence.PerLayer(_model, heldOut, training.Lens);
        Assert.All(before.Zip(after), pair => Assert.True(pair.Second < 0.8 * pair.First, $"{pair.First} to {pair.Second}"));
        Assert.Equal(Settings.Steps, training.Steps);
        Assert.All(training.Losses(0).Zip(training.Losses(149)), pair => Assert.True(pair.Second < pair.First));
    }

    [Fact]
    public void The_divergence_does_not_depend_on_padding()
    {
        int[][] text = Text(7, seed: 4);
        double[] together = LensDivergence.PerLayer(_model, text), alone = LensDivergence.PerLayer(_model, text, null, 1);
        Assert.All(together.Zip(alone), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void Stopped_and_gone_on_with_training_gives_the_same_bytes()
    {
        using TunedLensTraining whole = Train("whole");
        using (TunedLensTraining half = Make("halves"))
        {
            using CancellationTokenSource stop = new();
            Assert.Throws<OperationCanceledException>(() => half.Run(step => { if (step == 61) stop.Cancel(); }, stop.Token));
        }
        using TunedLensTraining rest = Make("halves");
        Assert.Equal(61, rest.Steps);
        rest.Run();
        Assert.Equal(Bytes(whole.Lens), Bytes(rest.Lens));
        Assert.Equal(whole.Losses(0), rest.Losses(0));
        rest.RemoveCheckpoint();
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "halves")));
    }

    [Fact]
    public void Another_seed_gives_another_lens()
    {
        using TunedLensTraining one = Train("one"), other = new(_model, "tiny", Text(30, 1), Settings with { Seed = 4 }, _folder);
        other.Run();
        Assert.NotEqual(Bytes(one.Lens), Bytes(other.Lens));
    }

    [Fact]
    public void A_checkpoint_of_another_training_is_refused()
    {
        Train("a").Dispose();
        foreach (Func<TunedLensTraining> other in new Func<TunedLensTraining>[]
        {
            () => new(_model, "another", Text(30, 1), Settings, Path.Combine(_folder, "a")),
            () => new(_model, "tiny", Text(29, 1), Settings, Path.Combine(_folder, "a")),
            () => new(_model, "tiny", Text(30, 1), Settings with { LearningRate = 1 }, Path.Combine(_folder, "a")),
        })
            Assert.Contains("another training", Assert.Throws<InputException>(other).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new TunedLensTraining(_model, "tiny", [], Settings, _folder));
    }

    [Fact]
    public void A_kept_lens_reads_back_as_it_was_and_only_for_its_model()
    {
        using TunedLensTraining training = Train("a");
        TunedLensFile.Write(_folder, training.Lens, Manifest("tiny"));
        (TunedLens lens, TunedLensManifest manifest) = TunedLensFile.Read(_folder, _model, "tiny");
        using (lens)
            Assert.Equal(Bytes(training.Lens), Bytes(lens));
        Assert.Equal("blocks.0.hook_resid_pre", manifest.Sites[0].Site.ToString());
        InputException fault = Assert.Throws<InputException>(() => TunedLensFile.Read(_folder, _model, "other"));
        Assert.Contains("another model", fault.Message, StringComparison.Ordinal);
        using Model gpt2 = Made.Gpt2();
        Assert.Throws<InputException>(() => TunedLensFile.Read(_folder, gpt2, "tiny"));
    }

    [Theory]
    [InlineData("lens.json", "{}"), InlineData("lens.json", "[1"), InlineData("lens.json", null)]
    [InlineData("lens.safetensors", "x"), InlineData("lens.safetensors", null)]
    public void A_damaged_lens_is_refused(string file, string? text)
    {
        using TunedLens lens = new(2, 8);
        TunedLensFile.Write(_folder, lens, Manifest("tiny"));
        string path = Path.Combine(_folder, file);
        if (text is null)
            File.Delete(path);
        else
            File.WriteAllText(path, text);
        InputException fault = Assert.Throws<InputException>(() => TunedLensFile.Read(_folder, _model, "tiny"));
        Assert.Contains("lens", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lens_changed_at_random_is_read_or_refused_and_never_crashes()
    {
        using TunedLens lens = new(2, 8);
        TunedLensFile.Write(_folder, lens, Manifest("tiny"));
        string[] files = [Path.Combine(_folder, "lens.json"), Path.Combine(_folder, "lens.safetensors")];
        byte[][] whole = [.. files.Select(File.ReadAllBytes)];
        int refused = 0;
        Prop.ForAll<NonNegativeInt, NonNegativeInt, byte>((which, place, value) =>
        {
            byte[] changed = [.. whole[which.Get % 2]];
            changed[place.Get * 7919 % changed.Length] = value;
            File.WriteAllBytes(files[which.Get % 2], changed);
            try
            {
                TunedLensFile.Read(_folder, _model, "tiny").Lens.Dispose();
            }
            catch (InputException)
            {
                refused++;
            }
            File.WriteAllBytes(files[which.Get % 2], whole[which.Get % 2]);
        }).Check(Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL));
        Assert.True(refused > 50, $"{refused} of 100 refused");
    }

    static TunedLensManifest Manifest(string model) => new()
    {
        Model = model,
        NLayers = 2,
        DModel = 8,
        Text = "random tokens",
        TextSha256 = "",
        Prompts = 30,
        Tokens = 100,
        HeldOutTokens = 10,
        Settings = Settings,
        Sites = [new(Site.ResidPre.At(0), 2, 1, 2, 1), new(Site.ResidPre.At(1), 2, 1, 2, 1)],
    };

    static int[][] Text(int prompts, ulong seed)
    {
        Draws draws = new Rng(seed).Draw();
        return [.. Enumerable.Range(0, prompts).Select(_ =>
            (int[])[.. Enumerable.Range(0, 2 + draws.Below(6)).Select(_ => draws.Below(11))])];
    }

    static float[] Bytes(TunedLens lens) =>
        [.. Enumerable.Range(0, lens.NLayers).SelectMany(layer => lens.Parameters(layer)).SelectMany(p => p.Data.ToArray())];

    TunedLensTraining Make(string name) => new(_model, "tiny", Text(30, 1), Settings, Path.Combine(_folder, name));

    TunedLensTraining Train(string name)
    {
        TunedLensTraining training = Make(name);
        training.Run();
        return training;
    }
}
