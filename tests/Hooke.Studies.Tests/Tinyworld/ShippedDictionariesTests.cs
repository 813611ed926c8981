using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Studies.Tests;

/// <summary>The dictionaries that ship with Tinyworld are those of their manifest, and carry the behaviours.</summary>
public sealed class ShippedDictionariesTests : IDisposable
{
    const int LargestBytes = 16_000_000, Pairs = 20;

    static readonly string ModelFolder = Path.Combine(Fixtures.Root, "models", "tinyworld");
    static readonly string Folder = Path.Combine(ModelFolder, "dictionaries");

    readonly Model _model = Model.Load(ModelFolder);
    readonly World _world = TinyworldFolder.LoadWorld(ModelFolder);
    readonly TrainingManifest _manifest = ManifestFile.Read(Path.Combine(Folder, ManifestFile.Name));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void The_files_are_those_of_the_manifest_and_small()
    {
        Assert.Equal([ManifestFile.ModelOf(ModelFolder)], _manifest.Models);
        string[] files = [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)];
        Assert.Equal(_manifest.Result!.Files.Count + 1, files.Length);
        Assert.All(_manifest.Result.Files, file => Assert.Equal(file.Sha256, InputFile.Sha256([Path.Combine(Folder, file.Path)])));
        Assert.InRange(files.Sum(file => new FileInfo(file).Length), 1, LargestBytes);
    }

    [Fact]
    public void The_first_steps_made_anew_have_the_manifest_s_hash()
    {
        ITokenSource text = TrainingText.Open(_manifest.Text, ModelFolder, _model.Tokenizer, Folder);
        Assert.Equal(_manifest.Result!.EarlySha256, TrainingRun.EarlySha256(_manifest, [_model], text));
    }

    [Theory]
    [InlineData("transcoders"), InlineData("clt")]
    public void With_all_of_a_set_in_place_nine_tenths_of_the_accuracy_are_kept(string set)
    {
        using CoderSet coders = CoderSet.Load(Path.Combine(Folder, set));
        Assert.Equal(_model.Config.NLayers, coders.Outputs.Count);
        Splice splice = new Splice(_model, coders).Keeping(_model.Tokenizer.SpecialTokens.Contains);
        double plain = TinyworldTest.Run(_model, _world, Pairs).Average(score => score.Accuracy),
            spliced = TinyworldTest.Run(_model, _world, Pairs, splice).Average(score => score.Accuracy);
        Assert.InRange(spliced / plain, TinyworldTest.LeastKept, 1.01);
    }

    [Fact]
    public void A_dictionary_of_another_layer_keeps_less()
    {
        using CoderSet coders = CoderSet.Load(Path.Combine(Folder, "resid_post_3"));
        Splice right = new(_model, coders), wrong = new(_model, coders, "blocks.1.hook_resid_post");
        double At(Splice splice) => TinyworldTest.Run(_model, _world, Pairs, splice.Keeping(_model.Tokenizer.SpecialTokens.Contains))
            .Average(score => score.Accuracy);
        (double atRight, double atWrong) = (At(right), At(wrong));
        Assert.True(atRight > 0.95 && atWrong < 0.8, $"{atRight} and {atWrong}");
    }
}
