using System.Diagnostics;
using System.Text.Json;
using Hooke.Dictionaries;

namespace Hooke.Cli.Tests;

/// <summary>Dictionaries trained through the program as a user would.</summary>
public sealed class DictionaryTrainTests : IDisposable
{
    static readonly string[] Small =
    [
        "--site", "blocks.0.hook_mlp_out", "--latents", "64", "--k", "4", "--batch", "256", "--buffer", "1024",
    ];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_dictionary_is_trained_and_made_again_from_its_manifest()
    {
        Outcome trained = Hooke.Run([.. Train("one"), .. Small, "--tokens", "2048"]);
        Assert.Equal(0, trained.Code);
        Assert.Contains("at most 1,024 rows, 0.5 MB", trained.Error, StringComparison.Ordinal);
        Assert.Contains("step 8/8", trained.Error, StringComparison.Ordinal);
        Assert.All(["loss", "L0", "FVU", "dead", "tokens/s", "left"], word => Assert.Contains(word, trained.Error, StringComparison.Ordinal));
        Assert.Contains("learnt from 2,048 tokens", trained.Out, StringComparison.Ordinal);
        JsonElement again = Hooke.Run("dictionary", "train", _folder["one/manifest.json"], "--out", _folder["two"], "--threads", "3", "--json").Json;
        Assert.True(again.GetProperty("figures")[0].GetProperty("fvu").GetDouble() < 1);
        foreach (string file in (string[])["manifest.json", "blocks-0-hook_mlp_out/sae_weights.safetensors", "blocks-0-hook_mlp_out/cfg.json"])
            Assert.Equal(File.ReadAllBytes(_folder[$"one/{file}"]), File.ReadAllBytes(_folder[$"two/{file}"]));
        Assert.Equal(trained.Out, Hooke.Run([.. Train("one"), .. Small, "--tokens", "2048"]).Out); // it is there already
        Assert.Equal("JumpRelu", Hooke.Run("dictionary", "check", _folder["one/blocks-0-hook_mlp_out"], "--json").Json
            .GetProperty("coders")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public void Text_files_can_be_trained_on_and_a_transcoder_writes_where_it_is_told()
    {
        File.WriteAllText(_folder["text.txt"], string.Join('\n', Enumerable.Repeat(Hooke.Prompt, 80)));
        string[] arguments = [.. Train("text"), "--text", _folder["text.txt"], "--context", "20", "--writes", "blocks.1.hook_mlp_out",
            "--site", "blocks.1.hook_mlp_in", "--latents", "32", "--k", "4", "--tokens", "1024", "--batch", "128", "--buffer", "512"];
        Assert.Equal(0, Hooke.Run(arguments).Code);
        using CoderSet set = CoderSet.Load(_folder["text/transcoders"]);
        Assert.Equal("blocks.1.hook_mlp_out", set.Coders[0].Config.Outputs[0].Name);
        File.AppendAllText(_folder["text.txt"], "\nmore");
        Hooke.Run("dictionary", "train", _folder["text/manifest.json"], "--out", _folder["other"])
            .RefusedWith("text.txt", "another text");
    }

    [Fact]
    public void What_cannot_be_trained_is_refused()
    {
        Hooke.Run(Train("a")).RefusedWith("neither a manifest nor a site");
        Hooke.Run([.. Train("a"), "--site", "blocks.7.hook_mlp_out"]).RefusedWith("layers 0..3");
        Hooke.Run([.. Train("a"), "--site", "blocks.0.hook_mlp_out", "--kind", "Sparse"]).RefusedWith("Sparse");
        Hooke.Run([.. Train("a"), "--site", "blocks.0.hook_mlp_out", "--latents", "8", "--k", "9"]).RefusedWith("9", "8");
        Hooke.Run([.. Train("a"), "--site", "blocks.0.hook_mlp_out", "--buffer", "50"]).RefusedWith("cannot hold a sequence of 64");
        Hooke.Run("dictionary", "train", _folder["none.json"], "--out", _folder["a"]).RefusedWith("no file");
        File.WriteAllText(_folder["bad.json"], "{}");
        Hooke.Run("dictionary", "train", _folder["bad.json"], "--out", _folder["a"]).RefusedWith("not a training's manifest");
        Assert.False(Directory.Exists(_folder["a"]));
    }

    [Fact]
    public void A_manifest_of_another_model_is_refused()
    {
        string model = _folder.ModelWith("config.json", bytes => [.. bytes, (byte)'\n']);
        Hooke.Run("dictionary", "train", Path.Combine(Hooke.ShippedModel, "dictionaries", "manifest.json"), "--model", model,
            "--out", _folder["a"]).RefusedWith("another model than the manifest's");
    }

    [Fact]
    public void A_disk_that_fills_up_leaves_the_checkpoint_before_to_go_on_from()
    {
        if (!OperatingSystem.IsLinux())
            return; // a limit on the size of files stands for the full disk
        string[] longer = [.. Small, "--tokens", "20480", "--checkpoint-every", "2"], train = [.. Train("full"), .. longer];
        Hooke.Run([.. Train("whole"), .. longer]);
        using (Process stopped = Hooke.Start(train))
        {
            while (!Checkpoints("full").Any() && !stopped.HasExited)
                Thread.Sleep(1);
            stopped.Kill();
            stopped.WaitForExit();
        }
        string kept = Checkpoints("full").Last();
        string[] Bytes() => [.. Directory.EnumerateFiles(kept).Order().Select(path => Convert.ToHexString(File.ReadAllBytes(path)))];
        string[] before = Bytes();
        Hooke.Wait(Limited(train)).RefusedWith("Cannot write", "too large");
        Assert.Equal(before, Bytes());
        Assert.Equal(kept, Checkpoints("full").Last());
        Outcome resumed = Hooke.Run(train);
        Assert.Equal(0, resumed.Code);
        Assert.Contains("going on from step", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_folder["whole/manifest.json"]), File.ReadAllBytes(_folder["full/manifest.json"]));
        Assert.Empty(Checkpoints("full"));
    }

    string[] Train(string folder) => ["dictionary", "train", "--out", _folder[folder]];

    IEnumerable<string> Checkpoints(string folder) => !Directory.Exists(_folder[$"{folder}/checkpoints"]) ? []
        : Directory.EnumerateDirectories(_folder[$"{folder}/checkpoints"]).Where(path => !path.EndsWith(".part", StringComparison.Ordinal)).Order();

    // No file may become larger than 100 KB.
    static Process Limited(string[] arguments)
    {
        ProcessStartInfo start = Hooke.Command("bash", ["-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "bash", .. Hooke.Words(arguments)]);
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // else the runtime itself makes large files
        return Process.Start(start)!;
    }
}
