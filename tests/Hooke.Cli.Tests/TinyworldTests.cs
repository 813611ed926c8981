using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hooke.Cli.Tests;

/// <summary>Training from the command line gives the same bytes, stopped or not, and testing says what was learned.</summary>
public sealed class TinyworldTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_twice_gives_the_same_bytes_and_an_untrained_model_fails_the_test()
    {
        Outcome first = Train("a", "--steps", "3", "--threads", "1", "--json"), second = Train("b", "--steps", "3", "--threads", "2");
        Assert.Equal((0, 0), (first.Code, second.Code));
        Assert.Equal(3, first.Json.GetProperty("steps").GetInt32());
        Assert.Equal(Contents("a"), Contents("b"));

        Outcome tested = Hooke.Run("tinyworld", "test", "--model", _folder["a"], "--pairs", "10", "--json");
        Assert.Equal(1, tested.Code);
        Assert.False(tested.Json.GetProperty("passed").GetBoolean());
    }

    [Fact]
    public void Another_seed_gives_other_weights()
    {
        Train("a", "--steps", "1");
        Train("b", "--steps", "1", "--training-seed", "2");
        Assert.NotEqual(Contents("a")["model.safetensors"], Contents("b")["model.safetensors"]);
    }

    [Fact]
    public void Training_that_was_stopped_goes_on_to_the_same_bytes()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return; // a process is asked to stop by a signal
        const string Steps = "12";
        Outcome stopped = Stopped("a", Steps);
        Assert.Equal(2, stopped.Code);
        Assert.Contains("the same command goes on from there", stopped.Error, StringComparison.Ordinal);
        Assert.Equal(["training.safetensors"], Contents("a").Keys);
        Outcome resumed = Train("a", "--steps", Steps);
        Assert.Equal(0, resumed.Code);
        Assert.Contains("going on from step ", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(0, Train("b", "--steps", Steps).Code);
        Assert.Equal(Contents("b"), Contents("a"));
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_and_left_as_it_is()
    {
        Directory.CreateDirectory(_folder["a"]);
        File.WriteAllBytes(_folder["a/training.safetensors"], new byte[1000]);
        Train("a", "--steps", "1").RefusedWith("training.safetensors");
        Assert.Equal(["training.safetensors"], Contents("a").Keys);
    }

    [Fact]
    public void The_shipped_model_passes_its_test()
    {
        Outcome tested = Hooke.Run("tinyworld", "test", "--json");
        Assert.Equal(0, tested.Code);
        JsonElement[] scores = [.. tested.Json.GetProperty("scores").EnumerateArray()];
        Assert.Equal(14, scores.Length);
        Assert.All(scores, score => Assert.InRange(score.GetProperty("accuracy").GetDouble(), 0.95, 1));
    }

    Outcome Train(string name, params string[] options) =>
        Hooke.Run(["tinyworld", "train", "--out", _folder[name], .. options]);

    // Asked to end once training is under way; by SIGTERM, since a background shell makes its children deaf to Ctrl+C.
    Outcome Stopped(string name, string steps)
    {
        Process process = Hooke.Start("tinyworld", "train", "--out", _folder[name], "--steps", steps);
        while (!Directory.Exists(_folder[name]) && !process.HasExited)
            Thread.Sleep(1);
        Assert.Equal(0, Kill(process.Id, 15));
        return Hooke.Wait(process);
    }

    SortedDictionary<string, string> Contents(string name) => new(
        Directory.EnumerateFiles(_folder[name]).ToDictionary(p => Path.GetFileName(p), p => Convert.ToHexString(File.ReadAllBytes(p))),
        StringComparer.Ordinal);

    [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Kill(int process, int signal);
}
