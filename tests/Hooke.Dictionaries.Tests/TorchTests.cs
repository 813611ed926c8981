using System.Diagnostics;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>What is written as .pt is what PyTorch itself reads, where there is one.</summary>
public sealed class TorchTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TorchTheory]
    [InlineData("dictionary_learning/batch_topk", "dictionary_learning", "ae.pt"), InlineData("openai_sae/topk_normalized", "openai", "*.pt")]
    [InlineData("saelens/gated", "dictionary_learning", "ae.pt")]
    public void With_torch_a_written_pt_is_loaded(string golden, string layout, string file)
    {
        using CoderSet dictionary = CoderSet.Load(Fixtures.Golden("dictionaries", golden));
        dictionary.Save(_folder["written"], layout);
        string path = Assert.Single(Directory.GetFiles(_folder["written"], file));
        string[] sums = Python($"""
            import torch
            for name, value in torch.load({Quoted(path)}).items():
                if torch.is_tensor(value): print(name, list(value.shape), value.double().sum().item())
            """).Trim().Split('\n');
        using TensorSource read = TensorSource.Open(path);
        Assert.True(sums.Length >= 4);
        foreach (string line in sums)
        {
            string name = line.Split(' ')[0];
            double expected = StoredFloats(read, name);
            Assert.Equal($"[{string.Join(", ", read.Of(name).Shape)}]", line[(name.Length + 1)..(line.IndexOf(']') + 1)]);
            Assert.Equal(expected, double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture), 6);
        }
    }

    static double StoredFloats(TensorSource read, string name) =>
        $"{read.Of(name).Type}".StartsWith('I') ? read.Integers(name).Sum() : read.Read(name).Sum(value => (double)value);

    static string Quoted(string path) => "'" + path.Replace("\\", "\\\\", StringComparison.Ordinal) + "'";

    internal static string Python(string program)
    {
        ProcessStartInfo start = new("python3", ["-c", program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(error);
    }
}

/// <summary>Skipped where python3 has no torch.</summary>
sealed class TorchTheoryAttribute : TheoryAttribute
{
    static readonly string? Lack = Look();

    public TorchTheoryAttribute() => Skip = Lack;

    static string? Look()
    {
        try
        {
            TorchTests.Python("import torch");
            return null;
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return "there is no python3 with torch";
        }
    }
}
