using System.Text;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>Trainings of a manifest: the same bytes whether or not they were stopped, and readable dictionaries at the end.</summary>
public sealed class TrainingRunTests : IDisposable
{
    readonly Trained _trained = new();

    public void Dispose() => _trained.Dispose();

    [Fact]
    public void A_training_that_was_stopped_gives_the_bytes_of_one_that_was_not()
    {
        TrainingManifest whole = RunToEnd("whole");
        using (CancellationTokenSource stop = new())
        using (TrainingRun first = _trained.Run("stopped"))
            Assert.Throws<OperationCanceledException>(() => first.Run(_ => Stop(first, 7, stop), 1000, stop.Token));
        TrainingManifest resumed;
        int threads = Work.Threads;
        try
        {
            Work.Threads = 3;
            using TrainingRun second = _trained.Run("stopped");
            Assert.Equal(7, second.Step);
            resumed = second.Run(_ => { });
        }
        finally
        {
            Work.Threads = threads;
        }
        Assert.Equal(whole.Result!.Files, resumed.Result!.Files);
        Assert.Equal(whole.Result.Figures, resumed.Result.Figures);
        Assert.Equal(File.ReadAllBytes(_trained.Folder["whole/manifest.json"]), File.ReadAllBytes(_trained.Folder["stopped/manifest.json"]));
        Assert.False(Directory.Exists(_trained.Folder["stopped/checkpoints"]));
    }

    [Fact]
    public void Every_form_is_read_again_with_its_sites_and_explains_what_it_was_trained_on()
    {
        TrainingManifest made = RunToEnd("all");
        Assert.Equal(["z", "transcoders", "transcoders", "clt", "clt", "crosscoder"], made.Result!.Figures.Select(f => f.Dictionary));
        Assert.All(made.Result.Figures, figures => Assert.True(figures.Fvu is > 0 and < 1 && figures.L0 > 0, $"{figures}"));
        using CoderSet heads = CoderSet.Load(_trained.Folder["all/z"]), set = CoderSet.Load(_trained.Folder["all/transcoders"]),
            across = CoderSet.Load(_trained.Folder["all/clt"]), crosscoder = CoderSet.Load(_trained.Folder["all/crosscoder"]);
        Assert.True(heads.Coders[0].Config.FlattensHeads);
        Assert.Equal(DType.F16, set.StoredType);
        Assert.Equal("blocks.1.ln2.hook_normalized", set.Coders[1].Config.Inputs[0].Name);
        Assert.True(across.IsCrossLayer);
        Assert.Equal(["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"], crosscoder.Coders[0].Config.Inputs.Select(site => site.Name));
        foreach (CoderSet spliced in (CoderSet[])[heads, set, across])
            _ = new Splice(_trained.Model, spliced); // throws where a site or width does not fit
    }

    [Fact]
    public void The_first_steps_made_anew_have_the_hash_that_the_manifest_keeps()
    {
        TrainingManifest made = RunToEnd("early");
        Assert.Equal(made.Result!.EarlySha256, TrainingRun.EarlySha256(made, [_trained.Model], _trained.Text));
        TrainingManifest other = made with { Seed = 6 };
        Assert.NotEqual(made.Result.EarlySha256, TrainingRun.EarlySha256(other, [_trained.Model], _trained.Text));
    }

    [Fact]
    public void A_manifest_is_read_as_it_was_written()
    {
        TrainingManifest made = RunToEnd("manifest");
        ManifestFile.Write(_trained.Folder["again.json"], ManifestFile.Read(_trained.Folder["manifest/manifest.json"]));
        Assert.Equal(File.ReadAllBytes(_trained.Folder["manifest/manifest.json"]), File.ReadAllBytes(_trained.Folder["again.json"]));
        Assert.Equal(ManifestFile.Identity(made), ManifestFile.Identity(_trained.Manifest));
        Assert.NotNull(TrainingRun.Finished(_trained.Manifest, _trained.Folder["manifest"]));
        Assert.Null(TrainingRun.Finished(_trained.Manifest with { Batch = 47 }, _trained.Folder["manifest"]));
        File.WriteAllText(_trained.Folder["bad.json"], "{\"models\": [], \"sites\": 3}");
        Refused("not a training's manifest", () => ManifestFile.Read(_trained.Folder["bad.json"]));
    }

    [Fact]
    public void A_crosscoder_of_two_models_reads_both_on_the_same_tokens()
    {
        using Model other = Model.Load(Fixtures.Golden("gpt2"));
        TrainingManifest manifest = _trained.Manifest with
        {
            Models = [.. _trained.Manifest.Models, .. _trained.Manifest.Models],
            Dictionaries = [Trained.Plan("diff", DictionaryForm.Crosscoder, ["blocks.1.hook_resid_post", "1/blocks.1.hook_resid_post"])],
        };
        using (TrainingRun run = new(manifest, [_trained.Model, other], _trained.Text, _trained.Folder["two"]))
            Assert.InRange(run.Run(_ => { }).Result!.Figures[0].Fvu, 0, 0.999);
        using CoderSet set = CoderSet.Load(_trained.Folder["two/diff"]);
        Assert.Equal(["blocks.1.hook_resid_post", "1/blocks.1.hook_resid_post"], set.Coders[0].Config.Outputs.Select(site => site.Name));
        Refused("there is one model", () => new TrainingRun(manifest, [_trained.Model], _trained.Text, _trained.Folder["missing"]));
    }

    [Fact]
    public void A_disk_that_fills_up_leaves_the_checkpoint_before_untouched()
    {
        TrainingCheckpoints checkpoints = new(_trained.Folder["full"], "manifest");
        static void Write(string folder) => File.WriteAllText(Path.Combine(folder, "state"), "first");
        checkpoints.Write(new CheckpointPlace("manifest", 5, new(3, 4), [1.5f], null), Write);
        Refused("No space left", () =>
        {
            checkpoints.Write(new CheckpointPlace("manifest", 10, new(6, 4), [1.5f], null), folder =>
            {
                Write(folder);
                AtomicFile.Write(Path.Combine(folder, "more"), stream =>
                {
                    stream.Write(Encoding.UTF8.GetBytes("half"));
                    throw new IOException("No space left on device");
                });
            });
            return checkpoints;
        });
        (string folder, CheckpointPlace place) = checkpoints.Newest!.Value;
        Assert.Equal((5, new StreamPosition(3, 4)), (place.Step, place.Stream));
        Assert.Equal("first", File.ReadAllText(Path.Combine(folder, "state")));
        Assert.Equal(folder, Assert.Single(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(folder)!)));
        Refused("of another manifest", () => new TrainingCheckpoints(_trained.Folder["full"], "other").Newest!);
    }

    [Fact]
    public void A_training_that_goes_on_past_a_checkpoint_keeps_only_the_newest()
    {
        using TrainingRun run = _trained.Run("kept");
        run.Run(_ => Assert.InRange(CheckpointsOf("kept"), 0, 1), stepsBetweenCheckpoints: 3);
        Assert.Equal(0, CheckpointsOf("kept"));
    }

    [Fact]
    public void What_cannot_be_trained_is_refused_before_the_first_step()
    {
        Refused("has layers 0..", () => Run(Trained.Plan("a", DictionaryForm.Autoencoder, ["blocks.9.hook_mlp_out"])));
        Refused("is not an address", () => Run(Trained.Plan("a", DictionaryForm.Autoencoder, ["blocks.0.nothing"])));
        Refused("reads one site and writes the same", () => Run(Trained.Plan("a", DictionaryForm.Autoencoder, ["blocks.0.hook_mlp_out", "blocks.1.hook_mlp_out"])));
        Refused("writes a site for each", () => Run(Trained.Plan("a", DictionaryForm.Transcoders, ["blocks.0.hook_mlp_in"])));
        Refused("makes no folder of its own", () => Run(Trained.Plan("../a", DictionaryForm.Autoencoder, ["blocks.0.hook_mlp_out"])));
        Refused("cannot hold", () => Run(Trained.Plan("a", DictionaryForm.CrossLayerTranscoder,
            ["blocks.0.hook_mlp_in", "blocks.1.hook_mlp_in"], ["blocks.0.hook_mlp_out", "blocks.1.hook_mlp_out"], CoderKind.TopK)));
        DictionaryPlan second = Trained.Plan("a", DictionaryForm.Transcoders, ["blocks.1.hook_mlp_in"], ["blocks.1.hook_mlp_out"]);
        Refused("cannot say that a reads blocks.1.hook_mlp_in", () => Run(second with { Layout = "circuit-tracer" }));
        string[] both = ["blocks.0.hook_mlp_out", "blocks.1.hook_mlp_out"];
        Refused("has no end-to-end loss", () => Run(Trained.Plan("a", DictionaryForm.Crosscoder, both) with { EndToEnd = 1 }));
        Directory.CreateDirectory(_trained.Folder["taken/a"]);
        Refused("there already", () => _trained.Run("taken", With(Trained.Plan("a", DictionaryForm.Autoencoder, ["blocks.0.hook_mlp_out"]))));
    }

    TrainingManifest RunToEnd(string folder)
    {
        using TrainingRun run = _trained.Run(folder);
        return run.Run(figures => Assert.Equal(5, figures.Count));
    }

    TrainingManifest Run(DictionaryPlan plan)
    {
        using TrainingRun run = _trained.Run("refused", With(plan));
        return run.Run(_ => Assert.Fail("it began"));
    }

    TrainingManifest With(DictionaryPlan plan) => _trained.Manifest with { Dictionaries = [plan] };

    int CheckpointsOf(string folder) => Directory.Exists(_trained.Folder[$"{folder}/checkpoints"])
        ? Directory.EnumerateFileSystemEntries(_trained.Folder[$"{folder}/checkpoints"]).Count() : 0;

    static void Stop(TrainingRun run, int step, CancellationTokenSource stop)
    {
        if (run.Step == step)
            stop.Cancel();
    }

    static void Refused(string with, Func<object> attempt) =>
        Assert.Contains(with, Assert.Throws<InputException>(attempt).Message, StringComparison.Ordinal);
}
