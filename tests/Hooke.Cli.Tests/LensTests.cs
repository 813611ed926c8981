using System.Security.Cryptography;
using System.Text.Json;

namespace Hooke.Cli.Tests;

/// <summary><c>hooke lens</c> and <c>hooke lens train</c> on the shipped model.</summary>
public sealed class LensTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_depth_is_read_and_the_last_is_what_the_model_says()
    {
        Outcome run = Hooke.Run("lens", Hooke.Prompt, "--token", "David", "--token", "Ivan");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("'David'", run.Out, StringComparison.Ordinal);
        JsonElement json = Hooke.Run("lens", Hooke.Prompt, "--token", "David", "--positions", "all", "--mid", "--json").Json;
        JsonElement[] depths = [.. json.GetProperty("depths").EnumerateArray()];
        Assert.Equal(9, depths.Length);
        Assert.All(depths, depth => Assert.Equal(15, depth.GetProperty("positions").GetArrayLength()));
        JsonElement last = depths[^1].GetProperty("positions")[14];
        Assert.Equal("David", last.GetProperty("top")[0].GetProperty("token").GetString());
        Assert.Equal(1, last.GetProperty("asked")[0].GetProperty("rank").GetInt32());
        Assert.Equal(0, last.GetProperty("kl_to_final_nats").GetDouble());
    }

    [Fact]
    public void The_page_needs_nothing_else_and_is_the_same_every_time()
    {
        string[] arguments = ["lens", "The capital of", "--positions", "all", "--html"];
        Assert.Equal(0, Hooke.Run([.. arguments, _folder["a.html"]]).Code);
        Assert.Equal(0, Hooke.Run([.. arguments, _folder["b.html"], "--threads", "1"]).Code);
        string page = File.ReadAllText(_folder["a.html"]);
        Assert.Equal(page, File.ReadAllText(_folder["b.html"]));
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Equal(5 * 4, page.Split("<td tabindex=\"0\"").Length - 1);
    }

    [Fact]
    public void A_trained_lens_is_better_reads_back_and_is_refused_for_another_model()
    {
        string text = _folder["text.txt"], lens = _folder["lens"];
        File.WriteAllLines(text, Enumerable.Range(0, 40).Select(i =>
            $"{(i % 2 == 0 ? "While David and Ivan" : "While Ivan and David")} were at the library , Ivan handed a ladder to "
            + string.Join(' ', Enumerable.Repeat("David", 1 + (i % 20)))));
        string[] train = ["lens", "train", "--text", text, "--out", lens, "--steps", "40", "--prompts", "4", "--json"];
        Outcome trained = Hooke.Run(train);
        Assert.Equal(0, trained.Code);
        Assert.All(trained.Json.GetProperty("sites").EnumerateArray(), site => Assert.True(
            site.GetProperty("held_out_tuned_lens").GetDouble() < site.GetProperty("held_out_logit_lens").GetDouble()));
        byte[] bytes = File.ReadAllBytes(Path.Combine(lens, "lens.safetensors"));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), trained.Json.GetProperty("sha256").GetString());
        Hooke.Run(train);
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(lens, "lens.safetensors")));
        Assert.Equal(["lens.json", "lens.safetensors"], Directory.GetFiles(lens).Select(Path.GetFileName).Order());

        JsonElement read = Hooke.Run("lens", Hooke.Prompt, "--tuned", lens, "--json").Json;
        Assert.Equal("tuned", read.GetProperty("lens").GetString());
        Hooke.Run("lens", Hooke.Prompt, "--tuned", lens, "--mid").RefusedWith("--mid");
        string other = _folder.ModelWith("model.safetensors", bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
        Hooke.Run("lens", Hooke.Prompt, "--tuned", lens, "--model", other).RefusedWith("another model", "lens train");
    }

    [Theory]
    [InlineData("15", "positions 15", "0..14")]
    [InlineData("last..all", "'last..all'")]
    [InlineData("-16..-1", "positions -16..-1")]
    public void A_position_that_is_not_there_is_refused(string positions, params string[] words) =>
        Hooke.Run("lens", Hooke.Prompt, $"--positions={positions}").RefusedWith(words);

    [Fact]
    public void Bad_input_is_refused()
    {
        Hooke.Run("lens", Hooke.Prompt, "--token", "David Ivan").RefusedWith("--token 'David Ivan'", "not one token");
        Hooke.Run("lens", Hooke.Prompt, "--tuned", _folder.Path).RefusedWith("no tuned lens");
        Hooke.Run("lens", Hooke.Prompt, "--html", _folder.Path).RefusedWith("cannot be written");
        Hooke.Run("lens", Hooke.Prompt, "--top", "0").RefusedWith("--top 0");
        Hooke.Run("lens", "train", "--out", _folder["x"], "--learning-rate", "0").RefusedWith("--learning-rate 0");
        Hooke.Run("lens", "train", "--out", _folder["x"], "--text", _folder["none"]).RefusedWith("none");
        File.WriteAllText(_folder["short"], "The capital of\nThe capital of\n");
        Hooke.Run("lens", "train", "--out", _folder["short"], "--steps", "1").RefusedWith("short is a file");
        Hooke.Run("lens", "train", "--out", _folder["x"], "--text", _folder["short"]).RefusedWith("1 different lines");
    }
}
